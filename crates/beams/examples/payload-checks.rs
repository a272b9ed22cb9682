//! Prints `docs/payload-checks.md`.

fn main() {
    print!("{}", beams::checks::write_page());
}
