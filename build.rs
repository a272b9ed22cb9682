//! Link settings that every Node-API addon needs.

fn main() {
    napi_build::setup();
}
