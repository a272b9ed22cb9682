//! The limit: the same requests from a program that has nothing but reqwest in it, on one thread.
//!
//! Arguments: port, authority's certificate file, body file, requests in flight, warm-up requests, requests. Prints
//! microseconds of CPU and of wall-clock time for the requests.

use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::task::LocalSet;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, run())
}

async fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, authority, body, in_flight, warm_up, requests] = &arguments[..] else {
        return Err("arguments: port, authority, body, in flight, warm-up, requests".into());
    };
    let url = format!(
        "https://localhost:{port}/publish_api/v1/instances/2c6b93fb-f6ac-4e5f-b7d1-7dd3a5e26e26/publishes/interests"
    );
    let (client, body) = (client(authority)?, std::fs::read_to_string(body)?);
    let in_flight = in_flight.parse()?;

    publish_many(&client, &url, &body, in_flight, warm_up.parse()?).await;
    let (cpu, wall) = (cpu_microseconds()?, Instant::now());
    publish_many(&client, &url, &body, in_flight, requests.parse()?).await;
    println!("{} {}", cpu_microseconds()? - cpu, wall.elapsed().as_micros());
    Ok(())
}

fn client(authority: &str) -> Result<reqwest::Client> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).build()?)
}

async fn publish_many(client: &reqwest::Client, url: &str, body: &str, in_flight: usize, requests: usize) {
    let left = Rc::new(Cell::new(requests));
    let mut lanes = Vec::new();
    for _ in 0..in_flight {
        let (client, url, body, left) = (client.clone(), url.to_owned(), body.to_owned(), left.clone());
        lanes.push(tokio::task::spawn_local(async move {
            while left.get() > 0 {
                left.set(left.get() - 1);
                let request = client
                    .post(&url)
                    .header("authorization", "Bearer 0123456789ABCDEF0123456789ABCDEF")
                    .header("accept", "application/json")
                    .header("content-type", "application/json")
                    .header("x-pusher-library", "pure-client")
                    .body(body.clone());
                let reply = request.send().await.expect("the reply server answers");
                reply.bytes().await.expect("the reply server answers whole");
            }
        }));
    }
    for lane in lanes {
        lane.await.expect("a lane does not panic");
    }
}

/// Of all threads, from the system's own account.
fn cpu_microseconds() -> Result<u64> {
    let mut total = 0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let schedstat = std::fs::read_to_string(task?.path().join("schedstat"))?;
        total += schedstat.split(' ').next().ok_or("no CPU time")?.parse::<u64>()?;
    }
    Ok(total / 1000)
}
