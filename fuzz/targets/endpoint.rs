#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| beams_fuzz::endpoint::check(input));
