import DICOMProtocol
import NIOConcurrencyHelpers

/// Answers a C-FIND by writing responses; back-pressure is in the `await` of each write.
///
/// If it returns without a final status, Success is sent for it, or FE00 if the request was cancelled. If it throws, C311 is
/// sent (C310 for an ``UndecodableIdentifier``). Its task is cancelled when the peer cancels or is gone.
public typealias FindHandler = @Sendable (FindEvent, FindResponder) async throws -> Void

/// Answers a C-ECHO; if it throws, 0110 (processing failure) is sent.
public typealias EchoHandler = @Sendable (EchoEvent) async throws -> StatusReply

/// What handlers are bound to: a server, for all its associations, or one association, which comes first there.
///
/// Binding and unbinding work at any time, for requests that come from then on. Without any handler a C-FIND is answered
/// with C311, a C-ECHO with Success.
public protocol HandlerBinding: Sendable {
    /// Binds a handler to C-FIND for one SOP class, or for all that have none of their own; nil takes it away.
    func bind(find handler: FindHandler?, for sopClass: String?)
    /// Binds a handler to C-ECHO; nil takes it away.
    func bind(echo handler: EchoHandler?)
}

extension HandlerBinding {
    /// Binds a handler to C-FIND for one SOP class, or for all that have none of their own; replaces an earlier one.
    public func bindFind(for sopClass: String? = nil, _ handler: @escaping FindHandler) {
        bind(find: handler, for: sopClass)
    }

    /// As ``bindFind(for:_:)``, with arguments handed to the handler on every call.
    public func bindFind<each Argument: Sendable>(
        for sopClass: String? = nil,
        with argument: repeat each Argument,
        handler: @escaping @Sendable (FindEvent, FindResponder, repeat each Argument) async throws -> Void
    ) {
        let arguments = (repeat each argument)
        bindFind(for: sopClass) { event, responder in
            try await handler(event, responder, repeat each arguments)
        }
    }

    /// Binds a handler that yields its responses as an async sequence. The first final status ends it.
    public func bindFind<Responses: AsyncSequence & Sendable>(
        for sopClass: String? = nil,
        yielding responses: @escaping @Sendable (FindEvent) async throws -> Responses
    ) where Responses.Element == FindResponse {
        bindFind(for: sopClass) { event, responder in
            try await responder.send(contentsOf: try await responses(event))
        }
    }

    /// As ``bindFind(for:yielding:)``, with arguments handed to the handler on every call.
    public func bindFind<each Argument: Sendable, Responses: AsyncSequence & Sendable>(
        for sopClass: String? = nil,
        with argument: repeat each Argument,
        yielding responses: @escaping @Sendable (FindEvent, repeat each Argument) async throws -> Responses
    ) where Responses.Element == FindResponse {
        let arguments = (repeat each argument)
        bindFind(for: sopClass) { event, responder in
            try await responder.send(contentsOf: try await responses(event, repeat each arguments))
        }
    }

    /// Takes the handler away: back to the next one that fits, or to the default.
    public func unbindFind(for sopClass: String? = nil) { bind(find: nil, for: sopClass) }

    /// Binds a handler to C-ECHO; replaces an earlier one.
    public func bindEcho(_ handler: @escaping EchoHandler) { bind(echo: handler) }

    /// Takes the handler away: C-ECHO is answered with Success again, or by the next handler that fits.
    public func unbindEcho() { bind(echo: nil) }
}

extension FindResponder {
    /// Sends responses until the first final status, the end, or the cancel.
    func send<Responses: AsyncSequence>(contentsOf responses: Responses) async throws
    where Responses.Element == FindResponse {
        for try await response in responses {
            try await send(response)
            if isFinished { break }
        }
    }
}

/// The handlers of a server or of one association, by SOP class; bound and unbound at any time.
final class FindHandlers: Sendable {
    private struct State {
        var bySOPClass: [String: FindHandler] = [:]
        var general: FindHandler?
        var echo: EchoHandler?
    }

    private let state = NIOLockedValueBox(State())
    /// Asked where nothing is bound here.
    private let fallback: FindHandlers?

    init(fallback: FindHandlers? = nil) {
        self.fallback = fallback
    }

    func bind(_ sopClass: String?, _ handler: FindHandler?) {
        state.withLockedValue { state in
            if let sopClass { state.bySOPClass[sopClass] = handler } else { state.general = handler }
        }
    }

    func bind(echo handler: EchoHandler?) {
        state.withLockedValue { $0.echo = handler }
    }

    func clear() { state.withLockedValue { $0 = State() } }

    func handler(for sopClass: String) -> FindHandler? {
        state.withLockedValue { $0.bySOPClass[sopClass] ?? $0.general } ?? fallback?.handler(for: sopClass)
    }

    var echo: EchoHandler? { state.withLockedValue { $0.echo } ?? fallback?.echo }
}
