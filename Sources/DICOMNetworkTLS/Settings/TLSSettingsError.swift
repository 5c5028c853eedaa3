/// A setting for TLS that cannot be used: which file, what is wrong with it, and what to do.
public struct TLSSettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Cause: Hashable, Sendable {
        case unreadable(detail: String)
        case empty
        case noCertificate
        case notACertificate
        case noPrivateKey
        case notAPrivateKey
        case passwordNeeded
        case passwordUnavailable(detail: String)
        case wrongPassword
        /// The key belongs to another certificate.
        case keyDoesNotFit(key: String)
        case noTrustRoots
        case noSystemTrustRoots
        /// A name to expect that is an IP address: the certificate is compared with the address that is called.
        case expectedNameIsAddress(String)
        /// A name that no certificate can be for.
        case expectedNameIsNoName(String)
        case unusable(detail: String)
    }

    public var cause: Cause
    /// The file in question; nil if it is about no file.
    public var file: String?

    init(_ cause: Cause, file: String? = nil) {
        self.cause = cause
        self.file = file
    }

    /// What is wrong, in one sentence.
    public var summary: String {
        let file = file ?? "it"
        switch cause {
        case .unreadable(let detail): return "cannot read \(file): \(detail)"
        case .empty: return "\(file) is empty"
        case .noCertificate: return "\(file) holds no certificate"
        case .notACertificate: return "\(file) holds something that is no readable certificate"
        case .noPrivateKey: return "\(file) holds no private key"
        case .notAPrivateKey: return "\(file) holds something that is no readable private key"
        case .passwordNeeded: return "the private key in \(file) is encrypted, and no password is given"
        case .passwordUnavailable(let detail): return "the password for \(file) cannot be had: \(detail)"
        case .wrongPassword: return "the password does not open the private key in \(file)"
        case .keyDoesNotFit(let key): return "the private key in \(key) does not belong to the certificate in \(file)"
        case .noTrustRoots: return "no file of trusted authorities is named"
        case .noSystemTrustRoots: return "this system has no list of certificate authorities"
        case .expectedNameIsAddress(let name):
            return "'\(name)' is an IP address, and not a name that a certificate can be expected to have"
        case .expectedNameIsNoName(let name): return "'\(name)' is no host name"
        case .unusable(let detail): return "TLS cannot be set up: \(detail)"
        }
    }

    /// What to do next.
    public var advice: String {
        switch cause {
        case .unreadable: "Check the path and its permissions."
        case .empty, .noCertificate, .notACertificate:
            "It takes PEM (lines between BEGIN CERTIFICATE and END CERTIFICATE) or DER."
        case .noPrivateKey, .notAPrivateKey:
            "It takes PEM (lines between BEGIN PRIVATE KEY and END PRIVATE KEY) or DER, of an RSA or elliptic curve key."
        case .passwordNeeded: "Give the password in a file, or decrypt the key."
        case .passwordUnavailable: "Check the file with the password."
        case .wrongPassword: "Check the password; spaces count."
        case .keyDoesNotFit:
            "Name the key that was made for this certificate; the own certificate is the first one in its file."
        case .noTrustRoots: "Name a file with the certificate of the authority that is trusted."
        case .noSystemTrustRoots: "Install the package ca-certificates, or name a file with the trusted authorities."
        case .expectedNameIsAddress: "Call the server by that address instead."
        case .expectedNameIsNoName: "A host name has letters, digits, hyphens and dots: ris.example.org."
        case .unusable: "Check certificate and key."
        }
    }

    public var description: String { summary + ". " + advice }
}
