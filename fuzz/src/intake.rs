//! Every id that comes in is in exactly one place: in a chunk for its request, among the failures, or counted as skipped; and
//! no chunk exceeds its limits. A model of a few lines says which place it is.
//!
//! The first line has the bytes of a chunk, the bytes of all incomplete chunks, and flags: `d` to deduplicate, `u` to retry
//! unknown outcomes. Each other line is a command of one character, and an id, of which `*3` at the end makes three:
//!
//! - `p`, `r`, `u`: an earlier process has published to it, was refused, or did not get to know
//! - `0` to `2`: it is for this named request
//! - `o`, `b`: it has a payload of its own, a valid or an invalid one
//! - `n`: it has no request
//! - `x`: it is not a string
//!
//! An empty line ends a batch.

use std::collections::HashMap;

use beams::bulk::chunker::Chunk;
use beams::bulk::intake::{Choice, Intake, UserBatch};
use beams::bulk::journal::load::{Purpose, Recorded, load};
use beams::fuzzing::{journal_line, request_of, requests, set_max_filling_bytes, skipped_counts};
use beams::targets::json::write_string;
use beams::targets::kind::USERS;

use crate::input::{json_strings, text, units};

const REQUEST_COUNT: usize = 3;
/// The most bytes of one id in JSON, which have room in any chunk.
const MAX_ID_BYTES: usize = 164 * 6 + 2;
const MAX_IDS: usize = 3000;

type Id = Vec<u16>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Seen,
    Published,
    Refused,
    Unknown,
}

/// Where the ids have to be.
#[derive(Default)]
struct Expected {
    states: Option<HashMap<Id, State>>,
    retry_unknown: bool,
    /// By the index of the request, and whether they are repeated.
    named: HashMap<(usize, bool), Vec<Id>>,
    own: Vec<(Id, bool)>,
    failed: Vec<Id>,
    duplicates: usize,
    resumed: usize,
}

/// Where the ids are.
#[derive(Default)]
struct Actual {
    named: HashMap<(usize, bool), Vec<Id>>,
    own: Vec<(Id, bool)>,
}

/// The limits in an input.
struct Limits {
    max_bytes: usize,
    max_filling_bytes: usize,
}

/// Adds batches of ids, and looks for each of them.
pub fn check(input: &[u8]) {
    let mut lines = text(input).split('\n');
    let mut words = lines.next().unwrap_or_default().split(' ');
    let mut number = |min: usize| words.next().and_then(|word| word.parse().ok()).unwrap_or(min).max(min);
    let limits = Limits { max_bytes: number(MAX_ID_BYTES).min(200 * 1024), max_filling_bytes: number(0) };
    let flags = words.next().unwrap_or_default();

    let commands: Vec<(char, Vec<Id>)> = lines.map(read_command).collect();
    if commands.iter().map(|(_, ids)| ids.len()).sum::<usize>() > MAX_IDS {
        return;
    }
    let retry_unknown = flags.contains('u');
    let (recorded, earlier) = journal(&commands);
    let states = recorded.as_ref().map(|_| earlier).or_else(|| flags.contains('d').then(HashMap::new));
    let mut expected = Expected { states, retry_unknown, ..Expected::default() };
    let requests = requests(&[limits.max_bytes; REQUEST_COUNT]).expect("the payload is valid");
    let mut intake = match recorded {
        Some(recorded) => Intake::resume(&requests, recorded, retry_unknown),
        None => Intake::new(&requests, flags.contains('d')),
    };
    set_max_filling_bytes(&mut intake, limits.max_filling_bytes);

    let mut actual = Actual::default();
    for commands in commands.split(|(command, _)| *command == '\n') {
        let chunks = intake.add(batch(commands, &mut expected), |_| Ok(()));
        actual.add(chunks, &limits);
        check_filling(&expected, &actual, &limits);
    }
    actual.add(intake.flush(), &limits);
    assert!(intake.flush().is_empty());
    assert!(expected.named == actual.named, "ids are missing in chunks, or twice in them, or in another order");
    assert!(expected.own == actual.own);
    assert_eq!(skipped_counts(&intake), (expected.duplicates, expected.resumed));
    assert_eq!(intake.rejected_count(), expected.failed.len());
    check_failures(&mut intake, expected.failed);
}

fn read_command(line: &str) -> (char, Vec<Id>) {
    let mut rest = line.chars();
    let Some(command) = rest.next() else { return ('\n', Vec::new()) };
    let id = rest.as_str();
    let many = id.rsplit_once('*').and_then(|(id, count)| Some((id, count.parse::<usize>().ok()?.min(MAX_IDS + 1))));
    let ids = match many {
        Some((id, count)) => (0..count).map(|number| units(&format!("{id}{number}"))).collect(),
        None => vec![units(id)],
    };
    (command, ids)
}

/// The journal of earlier processes, if there were any.
fn journal(commands: &[(char, Vec<Id>)]) -> (Option<Recorded>, HashMap<Id, State>) {
    let header = r#"{"journal":"beams-native","version":1,"instanceId":"i","requests":{},"begun":""}"#;
    let (mut journal, mut states) = (journal_line(header), HashMap::new());
    for (command, ids) in commands {
        let (state, outcome) = match command {
            'p' => (State::Published, r#""record":"published","publishId":"p""#),
            'r' => (State::Refused, failure("refused")),
            'u' => (State::Unknown, failure("unknown")),
            _ => continue,
        };
        for id in ids {
            if states.contains_key(id) {
                continue;
            }
            let chunk = states.len();
            states.insert(id.clone(), state);
            let mut user = String::new();
            write_string(id, &mut user);
            let sending =
                format!(r#"{{"record":"sending","chunk":{chunk},"synced":0,"request":"0","users":[{user}]}}"#);
            journal.extend(journal_line(&sending));
            journal.extend(journal_line(&format!(r#"{{{outcome},"chunk":{chunk}}}"#)));
        }
    }
    if states.is_empty() {
        return (None, states);
    }
    (Some(load(journal.as_slice(), Purpose::Resume).unwrap_or_else(|error| panic!("{error:?}"))), states)
}

fn failure(delivery: &str) -> &'static str {
    if delivery == "refused" {
        r#""record":"failed","delivery":"refused","code":"ERR_BEAMS_UNPROCESSABLE","message":"m","attempts":1"#
    } else {
        r#""record":"failed","delivery":"unknown","code":"ERR_BEAMS_TIMEOUT","message":"m","attempts":1"#
    }
}

/// The batch of some commands.
fn batch(commands: &[(char, Vec<Id>)], expected: &mut Expected) -> UserBatch {
    let payloads = [r#"{"web":{}}"#, "[]"].map(|payload| payload.encode_utf16().collect()).to_vec();
    let mut batch = UserBatch { payloads, reasons: vec!["it has none".into()], ..UserBatch::default() };
    let mut rejected = Vec::new();
    for (command, ids) in commands {
        for id in ids {
            let choice = match command {
                '0' => Choice::Named(0),
                '1' => Choice::Named(1),
                '2' => Choice::Named(2),
                'o' => Choice::Own(0),
                'b' => Choice::Own(1),
                'n' => Choice::Nothing(0),
                'x' => {
                    rejected.push(String::from_utf16_lossy(id));
                    continue;
                }
                _ => continue,
            };
            batch.ids.text.extend(id);
            batch.ids.lengths.push(id.len() as u32);
            batch.choices.push(choice);
            expected.add(id, choice);
        }
    }
    expected.failed.extend(rejected.iter().map(|value| value.encode_utf16().collect::<Id>()));
    UserBatch { rejected, ..batch }
}

impl Expected {
    fn add(&mut self, id: &Id, choice: Choice) {
        if !(1..=164).contains(&id.len()) {
            return self.failed.push(id.clone());
        }
        let before = self.states.as_mut().and_then(|states| states.insert(id.clone(), State::Seen));
        let is_repeated = match before {
            None | Some(State::Refused) => false,
            Some(State::Seen) => return self.duplicates += 1,
            Some(State::Published) => return self.resumed += 1,
            Some(State::Unknown) if self.retry_unknown => true,
            Some(State::Unknown) => return self.failed.push(id.clone()),
        };
        match choice {
            Choice::Named(request) => self.named.entry((request, is_repeated)).or_default().push(id.clone()),
            Choice::Own(0) => self.own.push((id.clone(), is_repeated)),
            Choice::Own(_) | Choice::Nothing(_) => self.failed.push(id.clone()),
        }
    }
}

impl Actual {
    fn add(&mut self, chunks: Vec<Chunk>, limits: &Limits) {
        for chunk in chunks {
            let (hash, _) = request_of(&chunk);
            let ids = json_strings(format!("[{}]", chunk.users.json).as_bytes()).expect("a chunk is JSON");
            assert_eq!(ids.len(), chunk.users.count);
            assert!((1..=USERS.max_count).contains(&ids.len()));
            match hash.parse() {
                Ok(request) if request < REQUEST_COUNT => {
                    assert!(chunk.users.json.len() <= limits.max_bytes);
                    self.named.entry((request, chunk.is_repeated)).or_default().extend(ids);
                }
                _ => {
                    assert_eq!(ids.len(), 1);
                    self.own.extend(ids.into_iter().map(|id| (id, chunk.is_repeated)));
                }
            }
        }
    }
}

/// What is not in a chunk yet is bounded.
fn check_filling(expected: &Expected, actual: &Actual, limits: &Limits) {
    let mut open = 0;
    for (place, ids) in &expected.named {
        let complete = actual.named.get(place).map_or(0, Vec::len);
        let filling = ids.get(complete..).expect("no chunk has ids that did not come in");
        let mut json = String::new();
        filling.iter().for_each(|id| write_string(id, &mut json));
        open += json.len() + filling.len().saturating_sub(1);
    }
    assert!(open <= limits.max_filling_bytes.max(limits.max_bytes), "{open} bytes are in incomplete chunks");
}

fn check_failures(intake: &mut Intake, mut expected: Vec<Id>) {
    let mut failed = Vec::new();
    for failure in intake.take_failures() {
        for list in &failure.users {
            assert!((1..=USERS.max_count).contains(&list.count));
            failed.extend(json_strings(format!("[{}]", list.json).as_bytes()).expect("a list is JSON"));
        }
    }
    failed.sort();
    expected.sort();
    assert!(failed == expected, "ids are missing in the failures, or twice in them");
}
