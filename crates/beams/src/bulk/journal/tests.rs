//! Journals on a disk that loses what was not synced, and on one that fails.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufReader, Read};
use std::sync::MutexGuard;

use fastrand::Rng;

use super::*;
use crate::bulk::chunker::tests::requests;
use crate::bulk::journal::file::JournalFile;
use crate::bulk::journal::load::{IdState, LoadError, MAX_LINE_LEN, Purpose, load, read_line};
use crate::bulk::journal::record::{Record, failed_line, parse_line, published_line, sending_line};
use crate::error::Delivery;
use crate::targets::list::JsonIds;

/// The number of simulated campaigns.
const SEEDS: u64 = 50;

/// A disk that keeps all synced bytes, and a random part of the others.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<DiskState>>);

#[derive(Default)]
struct DiskState {
    written: Vec<u8>,
    synced_len: usize,
    /// How many bytes can be written before the disk is full.
    capacity: Option<usize>,
    fails_to_sync: bool,
}

impl Disk {
    fn with(written: Vec<u8>) -> Self {
        let synced_len = written.len();
        Self(Arc::new(Mutex::new(DiskState { written, synced_len, ..DiskState::default() })))
    }

    fn state(&self) -> MutexGuard<'_, DiskState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The content after the process was killed: all written bytes.
    fn after_kill(&self) -> Vec<u8> {
        self.state().written.clone()
    }

    /// The content after a power failure: each sector that was not synced has its old or its new bytes.
    fn after_power_loss(&self, rng: &mut Rng) -> Vec<u8> {
        const SECTOR: usize = 64;
        let state = self.state();
        let mut content = state.written.clone();
        content.truncate(rng.usize(state.synced_len..=content.len()));
        for start in (0..content.len()).step_by(SECTOR) {
            let end = (start + SECTOR).min(content.len());
            if rng.bool() {
                content[start.max(state.synced_len).min(end)..end].fill(0);
            }
        }
        content
    }
}

impl JournalFile for Disk {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let room = state.capacity.map_or(bytes.len(), |capacity| capacity.saturating_sub(state.written.len()));
        state.written.extend(&bytes[..room.min(bytes.len())]);
        if room < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.state();
        if state.fails_to_sync {
            return Err(io::ErrorKind::Other.into());
        }
        state.synced_len = state.written.len();
        Ok(())
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.written.truncate(len as usize);
        state.synced_len = state.synced_len.min(len as usize);
        Ok(())
    }
}

fn header() -> Header {
    Header::new("i".into(), requests(&[1000]).hashes(), "2026-01-31T10:42:16Z".into())
}

fn loaded(content: &[u8]) -> Recorded {
    load(BufReader::new(content), Purpose::Report).unwrap()
}

/// Opens a journal on a disk, as [`Journal::open`] does with a file.
fn journal_on(disk: &Disk) -> (Arc<Journal>, Recorded) {
    let recorded = loaded(&disk.after_kill());
    let mut file = disk.clone();
    file.truncate(recorded.intact_len).unwrap();
    if recorded.header.is_none() {
        file.append(&header().line()).unwrap();
    }
    file.sync().unwrap();
    let (commands, received) = mpsc::unbounded_channel();
    let failure = Arc::new(WriteFailure::default());
    let writer = Writer::new(file, disk.state().written.len() as u64, failure.clone());
    thread::spawn(move || writer.run(received));
    let next_chunk = Mutex::new(recorded.next_chunk);
    (Arc::new(Journal { path: "j".into(), commands, next_chunk, failure }), recorded)
}

/// An empty folder, for one test.
fn new_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("beams-journal-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn chunk_of(users: &[usize]) -> Arc<Chunk> {
    let mut ids = JsonIds::default();
    users.iter().for_each(|user| ids.push_json(&user.to_string()));
    let request = requests(&[1000]).iter().next().unwrap().clone();
    Arc::new(Chunk { request, users: ids, is_repeated: false })
}

fn outcome(result: Result<String>) -> Outcome<String> {
    Outcome { attempts: 1, ..Outcome::without_request(result) }
}

fn refusal() -> Error {
    Error::Status {
        message: "422 \"no\"\n".into(),
        status: 422,
        error: Some("Bad Request".into()),
        description: None,
        retry_after: None,
        delivery: Delivery::Refused,
    }
}

fn delivery_of(recorded: &Recorded, user: usize) -> Option<Delivery> {
    match recorded.ids.get(user.to_string().as_bytes())? {
        IdState::Failed(index) => Some(recorded.failures[*index].error.delivery),
        IdState::Seen | IdState::Published => None,
    }
}

/// Runs a campaign until every user has an outcome, in processes that each end after a random number of steps.
async fn campaign(seed: u64, loses_power: bool) {
    const USERS: usize = 120;
    const CONCURRENCY: usize = 4;
    let mut rng = Rng::with_seed(seed);
    let mut disk = Disk::default();
    let mut publish_counts: HashMap<usize, usize> = HashMap::new();
    let mut unknown_before = 0;
    for _ in 0..1000 {
        let (journal, recorded) = journal_on(&disk);
        let mut waiting: Vec<usize> = (0..USERS)
            .filter(|user| match recorded.ids.get(user.to_string().as_bytes()) {
                None => true,
                Some(IdState::Failed(_)) => delivery_of(&recorded, *user) != Some(Delivery::Unknown),
                Some(_) => false,
            })
            .collect();
        if waiting.is_empty() {
            return assert!((0..USERS).all(|user| match publish_counts.get(&user).copied().unwrap_or(0) {
                1 => true,
                times => times == 0 && delivery_of(&recorded, user) == Some(Delivery::Unknown),
            }));
        }
        let mut in_flight: Vec<(JournalEntry, bool)> = Vec::new();
        let mut outcomes_since_sync = 0;
        for _ in 0..rng.usize(1..20) {
            if in_flight.len() < CONCURRENCY && !waiting.is_empty() && rng.bool() {
                let users = waiting.split_off(waiting.len() - rng.usize(1..4).min(waiting.len()));
                let mut entry = JournalEntry::new(journal.clone(), chunk_of(&users));
                entry.record().await.unwrap();
                outcomes_since_sync = 0;
                let is_accepted = rng.u8(..) < 200;
                for user in users {
                    *publish_counts.entry(user).or_default() += usize::from(is_accepted);
                }
                in_flight.push((entry, is_accepted));
            } else if !in_flight.is_empty() {
                let (entry, is_accepted) = in_flight.swap_remove(rng.usize(..in_flight.len()));
                entry.record_outcome(&outcome(if is_accepted { Ok("p".into()) } else { Err(refusal()) }));
                outcomes_since_sync += 1;
            }
        }
        let content = if loses_power {
            disk.after_power_loss(&mut rng)
        } else {
            // A killed process loses no bytes that it has handed to the writer.
            journal.close().await.unwrap();
            disk.after_kill()
        };
        disk = Disk::with(content);
        let recorded = loaded(&disk.after_kill());
        for (&user, &times) in &publish_counts {
            assert!(times <= 1, "seed {seed}: {user} was published to {times} times");
            let is_published = recorded.ids.get(user.to_string().as_bytes()) == Some(&IdState::Published);
            let is_unknown = delivery_of(&recorded, user) == Some(Delivery::Unknown);
            assert!(times == 0 || is_published || is_unknown, "seed {seed}: {user} was forgotten");
            assert!(times == 1 || !is_published, "seed {seed}: {user} was not published to");
        }
        let unknown = recorded.failures.iter().filter(|failure| failure.error.delivery == Delivery::Unknown).count();
        let possible = in_flight.len() + if loses_power { outcomes_since_sync } else { 0 };
        assert!(unknown - unknown_before <= possible, "seed {seed}: {unknown} - {unknown_before} of {possible}");
        unknown_before = unknown;
    }
    panic!("seed {seed} does not terminate");
}

#[tokio::test]
async fn after_a_kill_only_the_chunks_in_flight_are_unknown_and_no_user_is_published_to_twice() {
    for seed in 0..SEEDS {
        campaign(seed, false).await;
    }
}

#[tokio::test]
async fn after_a_loss_of_power_outcomes_since_the_last_sync_are_unknown_too() {
    for seed in 0..SEEDS {
        campaign(seed, true).await;
    }
}

#[tokio::test]
async fn a_chunk_is_not_sent_once_the_disk_has_failed() {
    for is_full in [true, false] {
        let disk = Disk::default();
        let (journal, _) = journal_on(&disk);
        let mut sent = JournalEntry::new(journal.clone(), chunk_of(&[1]));
        sent.record().await.unwrap();
        let room = disk.state().written.len() + 10;
        if is_full {
            disk.state().capacity = Some(room);
        } else {
            disk.state().fails_to_sync = true;
        }
        for _ in 0..2 {
            let error = JournalEntry::new(journal.clone(), chunk_of(&[2, 3])).record().await.unwrap_err();
            assert!(matches!(error, Error::Journal { source: Some(_), .. }), "{error}");
            assert!(error.to_string().starts_with("the journal j cannot be written: "), "{error}");
        }
        assert!(matches!(journal.failed().await, Error::Journal { .. }));
        sent.record_outcome(&outcome(Ok("p".into())));
        assert!(journal.close().await.is_err());
        // Chunks that were not sent are not in the journal.
        let recorded = loaded(&disk.after_kill());
        assert_eq!(delivery_of(&recorded, 1), Some(Delivery::Unknown));
        assert!(recorded.ids.get(b"2").is_none());
    }
}

#[test]
fn every_line_is_json_that_says_what_was_recorded() {
    let chunk =
        Chunk { users: JsonIds { json: r#""é","\"\u0000","\ud800""#.into(), count: 3 }, ..(*chunk_of(&[])).clone() };
    let failure = RecordedFailure { error: RecordedError::from(&refusal()), attempts: 3 };
    for (line, record) in [
        (sending_line(7, &chunk, 42), Record::Sending { chunk: 7, users: chunk.users.clone(), synced: 42 }),
        (published_line(7, "p\"\n"), Record::Published { chunk: 7, publish_id: "p\"\n".into() }),
        (failed_line(7, &failure), Record::Failed { chunk: 7, failure }),
    ] {
        // serde_json has no strings with unpaired surrogates, which JavaScript has.
        let text = String::from_utf8(line.clone()).unwrap().replace(r"\ud800", "");
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["chunk"], 7);
        assert_eq!((line.iter().filter(|&&byte| byte == b'\n').count(), line.last()), (1, Some(&b'\n')));
        assert_eq!(parse_line(&line), Some(record));
        for index in 0..line.len() {
            let mut damaged = line.clone();
            damaged[index] ^= 1;
            assert_eq!(parse_line(&damaged), None, "{index}");
        }
    }
}

#[test]
fn a_torn_end_is_truncated_and_damage_before_it_is_refused() {
    let header = header().line();
    let sending = sending_line(0, &chunk_of(&[1]), header.len() as u64);
    let published = published_line(0, "p");
    let whole = [&header[..], &sending, &published].concat();
    for len in 0..whole.len() {
        let recorded = loaded(&whole[..len]);
        let lines = [header.len(), header.len() + sending.len()];
        let intact = lines.into_iter().rfind(|&end| end <= len).unwrap_or(0);
        assert_eq!(recorded.intact_len, intact as u64, "{len}");
        assert_eq!(recorded.header.is_some(), intact > 0);
    }
    let next = |synced| sending_line(1, &chunk_of(&[2]), synced);
    let mut damaged = sending.clone();
    damaged[5] ^= 1;
    for (rest, is_refused) in
        [(next(whole.len() as u64), true), (published.clone(), true), (next(header.len() as u64), false)]
    {
        let content = [&header[..], &damaged, &rest].concat();
        let result = load(BufReader::new(&content[..]), Purpose::Resume);
        assert_eq!(matches!(result, Err(LoadError::Damaged(2))), is_refused);
        assert_eq!(result.is_ok_and(|recorded| recorded.intact_len == header.len() as u64), !is_refused);
    }
}

/// Three chunks of a complete campaign, two of which were in flight at the same time.
fn complete_campaign() -> Vec<Vec<u8>> {
    let mut lines = vec![header().line()];
    let synced = |lines: &[Vec<u8>]| lines.iter().map(|line| line.len() as u64).sum();
    lines.push(sending_line(0, &chunk_of(&[1]), synced(&lines)));
    // Both lines were synced at once.
    lines.push(sending_line(1, &chunk_of(&[2]), synced(&lines[..1])));
    lines.push(published_line(1, "p1"));
    lines.push(published_line(0, "p0"));
    lines.push(sending_line(2, &chunk_of(&[3]), synced(&lines[..3])));
    lines.push(published_line(2, "p2"));
    lines
}

/// Whether a campaign that resumes with this journal would publish to a user again who was published to.
fn would_repeat(content: &[u8]) -> bool {
    load(BufReader::new(content), Purpose::Resume).is_ok_and(|recorded| {
        (1..=3).any(|user| match recorded.ids.get(user.to_string().as_bytes()) {
            Some(IdState::Published) => false,
            _ => delivery_of(&recorded, user) != Some(Delivery::Unknown),
        })
    })
}

#[test]
fn no_damage_makes_a_campaign_publish_to_a_user_again() {
    let lines = complete_campaign();
    assert!(!would_repeat(&lines.concat()));
    for index in 1..lines.len() {
        // Without a line break between them, the last two lines are one, which looks torn.
        let is_second_last = index + 2 == lines.len();
        for position in 0..lines[index].len() - usize::from(is_second_last) {
            let mut damaged = lines.clone();
            damaged[index][position] ^= 1;
            assert!(!would_repeat(&damaged.concat()), "byte {position} of line {index} is damaged");
        }
    }
    // Without its last line the journal is that of an earlier moment, which nobody can tell.
    for index in 1..lines.len() - 1 {
        let mut shortened = lines.clone();
        shortened.remove(index);
        assert!(!would_repeat(&shortened.concat()), "line {index} is missing");
    }
    let twice = [lines.concat(), lines.concat()].concat();
    assert!(matches!(load(BufReader::new(&twice[..]), Purpose::Resume), Err(LoadError::Damaged(_))));
}

#[test]
fn a_file_that_is_not_this_journal_is_refused_and_not_changed() {
    let newer = br#"{"journal":"beams-native","version":2,"of":"the future"}"#;
    let folder = new_folder("foreign");
    let mut damaged = header().line();
    damaged[50] ^= 1;
    let of_other = |instance: &str, rooms: &[usize]| {
        Header { instance_id: instance.into(), requests: requests(rooms).hashes(), ..header() }.line()
    };
    for (content, expected) in [
        (&b"user-1\nuser-2\n"[..], "is a file of another kind"),
        (b"[1]", "is a file of another kind"),
        (&[newer, &b"\n"[..]].concat(), "was written by a newer beams-native: its format is 2"),
        (&damaged, "is damaged in line 1"),
        (&of_other("j", &[1000]), "belongs to the instance j, not to i"),
        (&of_other("i", &[1000, 1000]), r#"it also had a request "1""#),
        (&of_other("i", &[]), r#"it had no request "0""#),
    ] {
        let path = folder.join("journal");
        fs::write(&path, content).unwrap();
        let error = file::open(&path, &header()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    let changed = Header { requests: [("0".to_string(), "other".to_string())].into(), ..header() };
    let path = folder.join("journal");
    fs::write(&path, changed.line()).unwrap();
    let error = file::open(&path, &header()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains(r#"its request "0" had another content"#), "{error}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_journal_in_use_is_refused_as_busy() {
    let folder = new_folder("in-use");
    let path = folder.join("journal");
    let _open = file::open(&path, &header()).unwrap();
    let error = file::open(&path, &header()).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("is in use by another process"), "{error}");
    assert!(
        matches!(error, Error::Journal { source: Some(source), .. } if source.kind() == io::ErrorKind::ResourceBusy)
    );
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_journal_that_another_process_truncates_cannot_be_written() {
    for len in [0, 10] {
        let folder = new_folder("truncated");
        let path = folder.join("journal");
        let (mut file, _) = file::open(&path, &header()).unwrap();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(len).unwrap();
        assert_eq!(file.sync().unwrap_err().to_string(), "it was truncated");
        // Writing would fill the gap, and hide it from then on.
        assert_eq!(file.append(b"{}").unwrap_err().to_string(), "it was truncated");
        assert_eq!(fs::metadata(&path).unwrap().len(), len);
        fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn a_torn_end_of_any_length_takes_little_memory() {
    const LEN: u64 = 3 * MAX_LINE_LEN + 5;
    let torn = || BufReader::new(io::repeat(0).take(LEN));
    let mut line = Vec::new();
    assert_eq!(read_line(&mut torn(), &mut line).unwrap(), LEN);
    assert_eq!(line.len() as u64, MAX_LINE_LEN);
    let intact = header().line();
    let recorded = load(intact.chain(torn()), Purpose::Resume).unwrap();
    assert_eq!(recorded.intact_len, intact.len() as u64);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_journal_also_where_an_empty_file_existed() {
    use std::os::unix::fs::PermissionsExt;

    let folder = new_folder("mode");
    let path = folder.join("journal");
    for exists in [false, true] {
        if exists {
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        drop(file::open(&path, &header()).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&path).unwrap();
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// On Windows, an open file cannot be renamed.
#[cfg(unix)]
#[test]
fn a_journal_that_is_no_longer_at_its_path_cannot_be_written() {
    use std::os::unix::fs::symlink;

    type Change = fn(&Path, &Path) -> io::Result<()>;
    let changes: [(&str, Change, Option<&str>); 6] = [
        ("deleted", |path, _| fs::remove_file(path), Some("it was moved or deleted")),
        ("renamed", |path, other| fs::rename(path, other), Some("it was moved or deleted")),
        (
            "replaced",
            |path, other| fs::write(other, "").and_then(|()| fs::rename(other, path)),
            Some("another file has replaced it"),
        ),
        (
            "rotated",
            |path, other| fs::rename(path, other).and_then(|()| fs::write(path, "")),
            Some("another file has replaced it"),
        ),
        ("linked", |path, other| fs::hard_link(path, other), None),
        ("moved behind a link", |path, other| fs::rename(path, other).and_then(|()| symlink(other, path)), None),
    ];
    for (name, change, expected) in changes {
        let folder = new_folder("moved");
        let path = folder.join("journal");
        let (mut file, _) = file::open(&path, &header()).unwrap();
        file.sync().unwrap();
        change(&path, &folder.join("other")).unwrap();
        let found = file.sync().map_err(|error| (error.kind(), error.to_string()));
        let expected = expected.map(|text| (io::ErrorKind::NotFound, text.to_owned()));
        assert_eq!(found.err(), expected, "{name}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
