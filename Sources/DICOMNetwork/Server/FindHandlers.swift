import DICOMProtocol
import NIOConcurrencyHelpers

/// Answers a C-FIND by writing responses; back-pressure is in the `await` of each write.
///
/// If it returns without a final status, Success is sent for it, or FE00 if the request was cancelled. If it throws, C311 is
/// sent (C310 for an ``UndecodableIdentifier``). Its task is cancelled when the peer cancels or is gone.
public typealias FindHandler = @Sendable (FindEvent, FindResponder) async throws -> Void

/// The handlers of a server or of one association, by SOP class; bound and unbound at any time.
final class FindHandlers: Sendable {
    private struct State {
        var bySOPClass: [String: FindHandler] = [:]
        var general: FindHandler?
    }

    private let state = NIOLockedValueBox(State())

    func bind(_ sopClass: String?, _ handler: FindHandler?) {
        state.withLockedValue { state in
            if let sopClass { state.bySOPClass[sopClass] = handler } else { state.general = handler }
        }
    }

    func handler(for sopClass: String) -> FindHandler? {
        state.withLockedValue { $0.bySOPClass[sopClass] ?? $0.general }
    }
}
