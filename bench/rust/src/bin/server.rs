//! Responds to every publish, at once or after a delay, at next to no cost, so that the client dominates.
//!
//! Arguments: certificate file, key file, delay in milliseconds, protocol (`http/1.1` or `h2`). Prints its port.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use h2::server::SendResponse;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 59\r\n\r\n{\"publishId\":\"pubid-2c6b93fb-f6ac-4e5f-b7d1-7dd3a5e26e26\"}\n";
const BODY: Bytes = Bytes::from_static(b"{\"publishId\":\"pubid-2c6b93fb-f6ac-4e5f-b7d1-7dd3a5e26e26\"}\n");

/// Less than the publishes in flight, so that some wait for a stream. 100 is the least that the standard recommends.
const MAX_STREAMS: u32 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("arguments: certificate, key, milliseconds, protocol");
    let certificates = CertificateDer::pem_file_iter(next()?)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(next()?)?;
    let delay = Duration::from_millis(next()?.parse()?);
    let protocol = next()?;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    config.alpn_protocols = vec![protocol.clone().into_bytes()];
    let is_h2 = protocol == "h2";
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        // A client that disconnects is not an error.
        tokio::spawn(async move {
            stream.set_nodelay(true).ok()?;
            let stream = acceptor.accept(stream).await.ok()?;
            if is_h2 { serve_h2(stream, delay).await.ok() } else { serve_h1(stream, delay).await.ok() }
        });
    }
}

async fn serve_h2(stream: TlsStream<TcpStream>, delay: Duration) -> Result<(), h2::Error> {
    let mut connection = h2::server::Builder::new().max_concurrent_streams(MAX_STREAMS).handshake(stream).await?;
    while let Some(accepted) = connection.accept().await {
        let (request, response) = accepted?;
        tokio::spawn(async move { respond(request.into_body(), response, delay).await.ok() });
    }
    Ok(())
}

async fn respond(mut body: RecvStream, mut response: SendResponse<Bytes>, delay: Duration) -> Result<(), h2::Error> {
    while let Some(data) = body.data().await {
        body.flow_control().release_capacity(data?.len())?;
    }
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    response.send_response(http::Response::new(()), false)?.send_data(BODY, true)
}

async fn serve_h1(mut stream: TlsStream<TcpStream>, delay: Duration) -> std::io::Result<()> {
    let mut received = Vec::with_capacity(64 * 1024);
    loop {
        while let Some(length) = request_length(&received) {
            received.drain(..length);
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            stream.write_all(RESPONSE).await?;
            stream.flush().await?;
        }
        if stream.read_buf(&mut received).await? == 0 {
            return Ok(());
        }
    }
}

/// The length of the first request, if it is complete.
fn request_length(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&received[..head]).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    (received.len() >= head + length).then_some(head + length)
}
