//! Where a PostgreSQL is, and how far its word is taken.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

/// A `postgres://` URL that was understood. Its password is in no text that it gives but [`Self::for_client`].
#[derive(Clone)]
pub struct PostgresUrl {
    config: Config,
    tls: Arc<ClientConfig>,
    for_client: String,
    shown: String,
}

/// What is wrong with a URL; never with the URL in it, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum PostgresUrlError {
    #[error("is no URL like postgres://user:password@host:5432/database")]
    Malformed,
    #[error("names no database: it must be like postgres://user:password@host:5432/database")]
    NoDatabase,
    #[error("has a parameter that PostgreSQL's clients do not know, or a value that they do not take")]
    Parameters(#[source] tokio_postgres::Error),
    #[error("has sslmode={0}; it must be verify-full, require (which means the same here) or disable")]
    SslMode(String),
    #[error("names a file of certificates that cannot be read: {0}")]
    RootCertificates(PathBuf, #[source] rustls_pki_types::pem::Error),
    #[error("needs certificates to trust, and this system has none; name a file with sslrootcert=")]
    NoRootCertificates,
    #[error("cannot be used with TLS")]
    Tls(#[from] rustls::Error),
}

impl PostgresUrl {
    /// Without a word on TLS a server on this machine is spoken to in plain and any other with its certificate verified.
    ///
    /// # Errors
    /// [`PostgresUrlError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, PostgresUrlError> {
        let mut url = Url::parse(text).map_err(|_quotes_the_url| PostgresUrlError::Malformed)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(PostgresUrlError::Malformed);
        }
        if url.path().trim_start_matches('/').is_empty() {
            return Err(PostgresUrlError::NoDatabase);
        }
        let (mut mode, mut certificates, mut others) = (None, None, Vec::new());
        for (name, value) in url.query_pairs().into_owned() {
            match name.as_str() {
                "sslmode" => mode = Some(value),
                "sslrootcert" => certificates = Some(PathBuf::from(value)),
                _ => others.push((name, value)),
            }
        }
        url.set_query(None);
        if !others.is_empty() {
            url.query_pairs_mut().extend_pairs(&others);
        }
        let mut config = Config::from_str(url.as_str()).map_err(PostgresUrlError::Parameters)?;
        let encrypted = match mode.as_deref() {
            Some("verify-full" | "require") => true,
            Some("disable") => false,
            None => !config.get_hosts().iter().all(is_here),
            Some(other) => return Err(PostgresUrlError::SslMode(other.to_owned())),
        };
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        config.application_name("routix");
        config.connect_timeout(super::CONNECT);
        let roots = if encrypted { roots(certificates.as_ref())? } else { RootCertStore::empty() };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let shown = format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or("localhost"), url.path());
        url.query_pairs_mut().append_pair("sslmode", if encrypted { "verify-full" } else { "disable" });
        if let Some(path) = certificates.filter(|_| encrypted) {
            url.query_pairs_mut().append_pair("sslrootcert", &path.to_string_lossy());
        }
        Ok(Self { config, tls: Arc::new(tls), for_client: url.into(), shown })
    }

    /// The whole URL, with its password, for another client.
    pub fn for_client(&self) -> &str {
        &self.for_client
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn tls(&self) -> MakeRustlsConnect {
        MakeRustlsConnect::new(self.tls.as_ref().clone())
    }
}

/// Host and database.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

/// Those of the file, or the system's.
fn roots(file: Option<&PathBuf>) -> Result<RootCertStore, PostgresUrlError> {
    let mut store = RootCertStore::empty();
    if let Some(path) = file {
        let unreadable = |error| PostgresUrlError::RootCertificates(path.clone(), error);
        for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
            store.add(certificate.map_err(unreadable)?)?;
        }
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() { Err(PostgresUrlError::NoRootCertificates) } else { Ok(store) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_verified_unless_the_server_is_on_this_machine_or_it_is_switched_off() {
        let folder = tempfile::tempdir().unwrap();
        let encrypted = |url: &str| PostgresUrl::parse(url).unwrap().config.get_ssl_mode() == SslMode::Require;
        for plain in ["127.0.0.1", "localhost", "[::1]:5433", "db.example.com"] {
            let url = format!("postgres://routix:secret@{plain}/routix");
            assert!(!encrypted(&format!("{url}?sslmode=disable")));
            if plain != "db.example.com" {
                assert!(!encrypted(&url), "{url}");
            }
        }
        for mode in ["", "?sslmode=require", "?sslmode=verify-full"] {
            match PostgresUrl::parse(&format!("postgresql://routix@db.example.com/routix{mode}")) {
                Ok(url) => assert!(url.for_client().ends_with("sslmode=verify-full"), "{}", url.for_client()),
                Err(error) => assert!(matches!(error, PostgresUrlError::NoRootCertificates), "{error}"),
            }
        }
        let missing = folder.path().join("ca.pem");
        let url = format!("postgres://routix@db.example.com/routix?sslrootcert={}", missing.display());
        assert!(
            matches!(PostgresUrl::parse(&url), Err(PostgresUrlError::RootCertificates(path, _)) if path == missing)
        );
    }

    #[test]
    fn what_is_wrong_is_named_without_the_password() {
        for (url, fault) in [
            ("postgres://routix:secret@db/", "names no database"),
            ("mysql://routix:secret@db/routix", "is no URL like"),
            ("routix:secret", "is no URL like"),
            ("postgres://routix:secret@localhost/routix?sslmode=prefer", "sslmode=prefer"),
            ("postgres://routix:secret@localhost/routix?colour=red", "parameter"),
        ] {
            let error = PostgresUrl::parse(url).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(fault) && !text.contains("secret"), "{text}");
        }
        let url = PostgresUrl::parse("postgres://routix:secret@localhost/routix").unwrap();
        assert_eq!(format!("{url} {url:?}"), "postgres://localhost/routix postgres://localhost/routix");
    }
}
