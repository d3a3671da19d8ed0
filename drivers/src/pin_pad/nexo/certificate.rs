//! Which certificate a terminal may show: one that leads to the configured root and carries the
//! terminal's model and serial number.
//! Holds webpki's own check of the chain with another question about the name. The host name is
//! not asked: terminals live at addresses that no authority vouches for. Never skips the chain.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

const TAG_SET: u8 = 0x31;
const TAG_SEQUENCE: u8 = 0x30;
const TAG_OID: u8 = 0x06;
const TAG_UTF8: u8 = 0x0c;
const TAG_PRINTABLE: u8 = 0x13;
/// 2.5.4.3, the common name.
const OID_COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The certificate is good, and another terminal's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificate is of {found:?}")]
pub(super) struct OtherName {
    pub found: String,
}

#[derive(Debug)]
pub(super) struct Verifier {
    pub roots: RootCertStore,
    /// Any of these may be the common name.
    pub names: Vec<String>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(
        roots: RootCertStore,
        names: Vec<String>,
        provider: &CryptoProvider,
    ) -> Verifier {
        Verifier { roots, names, algorithms: provider.signature_verification_algorithms }
    }

    fn check_name(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        webpki::EndEntityCert::try_from(certificate)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let found = name_of(certificate).unwrap_or_default();
        if self.names.iter().any(|name| name.eq_ignore_ascii_case(&found)) {
            return Ok(());
        }
        let other = OtherError(Arc::new(OtherName { found }));
        Err(Error::InvalidCertificate(CertificateError::Other(other)))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            intermediates,
            now,
            algorithms,
        )?;
        self.check_name(end_entity)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The common name that a certificate carries, if it has one.
pub(crate) fn name_of(certificate: &CertificateDer<'_>) -> Option<String> {
    common_name(webpki::EndEntityCert::try_from(certificate).ok()?.subject())
}

/// The common name in a subject: a sequence of sets of pairs of name and text.
/// Two common names are none.
fn common_name(subject: &[u8]) -> Option<String> {
    let mut found = None;
    let mut sets = subject;
    while !sets.is_empty() {
        let (mut pairs, rest) = tagged(TAG_SET, sets)?;
        sets = rest;
        while !pairs.is_empty() {
            let (pair, rest) = tagged(TAG_SEQUENCE, pairs)?;
            pairs = rest;
            let (oid, value) = tagged(TAG_OID, pair)?;
            if oid == OID_COMMON_NAME {
                let text = tagged(TAG_UTF8, value).or_else(|| tagged(TAG_PRINTABLE, value));
                let text = std::str::from_utf8(text?.0).ok()?.to_owned();
                if found.replace(text).is_some() {
                    return None;
                }
            }
        }
    }
    found
}

/// Content of the first element, if it has this tag, and what follows it.
fn tagged(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 => rest.split_first().map(|(&length, rest)| (usize::from(length), rest))?,
        _longer => return None,
    };
    (first == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(pairs: &[(u8, u8, &str)]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
        };
        let set = |&(kind, tag, text): &(u8, u8, &str)| {
            let oid = wrap(TAG_OID, &[0x55, 0x04, kind]);
            wrap(TAG_SET, &wrap(TAG_SEQUENCE, &[oid, wrap(tag, text.as_bytes())].concat()))
        };
        pairs.iter().flat_map(set).collect()
    }

    #[test]
    fn the_common_name_is_found_among_others_and_never_guessed() {
        let one = subject(&[(10, TAG_UTF8, "House"), (3, TAG_UTF8, "V400m-1"), (6, 0x13, "NL")]);
        assert_eq!(common_name(&one).as_deref(), Some("V400m-1"));
        let printable = subject(&[(3, TAG_PRINTABLE, "V400m-1")]);
        assert_eq!(common_name(&printable).as_deref(), Some("V400m-1"));
        let two = subject(&[(3, TAG_UTF8, "V400m-1"), (3, TAG_UTF8, "V400m-2")]);
        assert_eq!(common_name(&two), None);
        assert_eq!(common_name(&[]), None);
        assert_eq!(common_name(&subject(&[(10, TAG_UTF8, "V400m-1")])), None);
        for cut in 1..one.len() {
            // Never a panic; a whole first pair is not a common name.
            let _ = common_name(one.get(..cut).unwrap());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic() {
        bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
            let name = common_name(bytes);
            assert!(name.is_none_or(|name| name.len() < bytes.len()));
        });
    }
}
