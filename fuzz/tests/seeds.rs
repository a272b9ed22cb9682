//! The seeds hold, and each target has some, so that a target cannot rot between two runs of `make fuzz`.

use std::fs;
use std::path::Path;

use beams_fuzz::TARGETS;

#[test]
fn each_target_accepts_its_seeds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for (target, check) in TARGETS {
        let mut count = 0;
        for entry in fs::read_dir(folder.join(target)).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            check(&fs::read(path).unwrap());
            count += 1;
        }
        assert!(count > 0, "{target} has no seeds");
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), TARGETS.len());
}
