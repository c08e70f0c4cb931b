//! Makes Rust of the protocol, without `protoc`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=protos");
    let protocol = protox::compile(["streams.proto", "serverfeatures.proto"], ["protos"])?;
    tonic_build::configure().build_client(false).include_file("protocol.rs").compile_fds(protocol)?;
    Ok(())
}
