import ArgumentParser
import DICOMNetwork
import DICOMProtocol
import Terminal
import WorklistBrowser

/// `worklist echo`: C-ECHO, with a time for each stage.
struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Test a server with C-ECHO, and show how long each stage took.",
        discussion: """
            Exit codes: 0 answered, 2 usage, 3 network or TLS, 4 rejected, 5 the server answered with a failure.

            \(Examples.text(Examples.echo))
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var negotiation: NegotiationOptions

    @Option(name: .customLong("repeat"), help: ArgumentHelp("C-ECHO that often, on one association.", valueName: "n"))
    var count = 1

    func validate() throws {
        guard (1...1_000_000).contains(count) else { throw ValidationError("--repeat takes 1 to 1000000.") }
    }

    func run() async throws {
        let profile = try options.requiredProfile()
        var configuration = try options.association(with: profile, sopClasses: [SOPClass.verification])
        try negotiation.apply(to: &configuration)
        let trace = negotiation.tracing(&configuration)
        do {
            try await ask(configuration, profile)
        } catch {
            await trace?.finish()
            throw error
        }
        await trace?.finish()
    }

    private func ask(_ configuration: AssociationConfiguration, _ profile: ServerProfile) async throws {
        let out = StandardOutput.shared
        out.writeLine(TerminalText("C-ECHO to \(configuration.peer.address) as \(profile.callingAETitle)").string)
        let association: Association
        do {
            association = try await Association.connect(configuration)
        } catch {
            throw CommandFailure(opening: error)
        }
        let timings = association.timings
        func line(_ name: String, _ milliseconds: Double) {
            out.writeLine("  " + name.padded(to: 12) + Milliseconds.precise(milliseconds).leftPadded(to: 9) + " ms")
        }
        line("look up", timings.lookupMilliseconds)
        line("connect", timings.connectMilliseconds)
        if let milliseconds = timings.secureMilliseconds { line("secure", milliseconds) }
        line("associate", timings.associateMilliseconds)
        if let transport = association.secureTransport {
            out.writeLine("  " + TerminalText(TLSWords.agreed(transport, profile.tls)).string)
        }
        for _ in 0..<count { line("C-ECHO", try await answered(association.echo(), association)) }
        let peer = association.negotiated.peerImplementation
        let name = [peer.versionName, peer.classUID].compactMap { $0 }.joined(separator: ", ")
        out.writeLine("Success" + (name.isEmpty ? "" : "; the server is \(TerminalText(name).string)"))
        await association.release()
    }

    /// The milliseconds it took to be answered with Success; anything else ends the command.
    private func answered(_ outcome: EchoOutcome, _ association: Association) async throws -> Double {
        switch outcome {
        case .answered(.success, let milliseconds): return milliseconds
        case .answered(let status, _):
            await association.release()
            throw CommandFailure(.dimseFailure, "the server answered C-ECHO with \(status): \(status.meaning)")
        case .timedOut(let seconds):
            throw CommandFailure(
                .network,
                "\(association.configuration.peer.address) did not answer C-ECHO within \(seconds) s. --timeout waits longer."
            )
        case .ended(let end):
            throw CommandFailure(.network, "\(end.explanation), before C-ECHO was answered. Try again.")
        }
    }
}

/// Milliseconds in decimals, without Foundation.
enum Milliseconds {
    /// With two decimals: an echo takes less than one.
    static func precise(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }

    static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension String {
    func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }

    func leftPadded(to width: Int) -> String {
        count >= width ? self : String(repeating: " ", count: width - count) + self
    }
}
