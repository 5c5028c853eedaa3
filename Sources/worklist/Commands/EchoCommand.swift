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
            Exit codes: 0 answered, 2 usage, 3 network, 4 rejected, 5 the server answered with a failure.

            Example: worklist echo --to RISMWL@192.0.2.7:104 --as CT01
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let profile = try options.requiredProfile()
        let configuration = options.association(with: profile, sopClasses: [SOPClass.verification])
        let out = StandardOutput.shared
        out.writeLine(TerminalText("C-ECHO to \(configuration.peer.address) as \(profile.callingAETitle)").string)
        let association: Association
        do {
            association = try await Association.connect(configuration)
        } catch {
            throw CommandFailure(error.isRefusal ? .rejected : .network, error.description)
        }
        let timings = association.timings
        func line(_ name: String, _ milliseconds: Double) {
            out.writeLine("  " + name.padded(to: 12) + Milliseconds.text(milliseconds).leftPadded(to: 9) + " ms")
        }
        line("look up", timings.lookupMilliseconds)
        line("connect", timings.connectMilliseconds)
        line("associate", timings.associateMilliseconds)
        let outcome = try await association.echo()
        switch outcome {
        case .answered(let status, let milliseconds):
            line("C-ECHO", milliseconds)
            guard status == .success else {
                await association.release()
                throw CommandFailure(.dimseFailure, "the server answered C-ECHO with \(status): \(status.meaning)")
            }
            let peer = association.negotiated.peerImplementation
            let name = [peer.versionName, peer.classUID].compactMap { $0 }.joined(separator: ", ")
            out.writeLine("Success" + (name.isEmpty ? "" : "; the server is \(TerminalText(name).string)"))
            await association.release()
        case .timedOut(let seconds):
            throw CommandFailure(
                .network,
                "\(configuration.peer.address) did not answer C-ECHO within \(seconds) s. --timeout waits longer."
            )
        case .ended(let end):
            throw CommandFailure(.network, "\(end.explanation), before C-ECHO was answered. Try again.")
        }
    }
}

/// Milliseconds with one decimal, without Foundation.
enum Milliseconds {
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
