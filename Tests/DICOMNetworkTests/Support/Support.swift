import DICOMData
import DICOMNetwork
import DICOMProtocol
import NIOConcurrencyHelpers
import Testing

/// A synthetic worklist item that tells its number.
func item(_ number: Int, padding: Int = 0) -> DataSet {
    var dataSet = DataSet()
    dataSet.set(DataElement(tag: .patientName, vr: .PN, bytes: "TEST^N\(number)".utf8))
    dataSet.set(DataElement(tag: .patientID, vr: .LO, bytes: String(number).utf8))
    if padding > 0 {
        dataSet.set(
            DataElement(tag: .patientComments, vr: .LT, bytes: repeatElement(UInt8(ascii: "x"), count: padding))
        )
    }
    return dataSet
}

func number(_ dataSet: DataSet) -> Int? { dataSet.string(.patientID).flatMap { Int($0) } }

/// The keys of a query for everything.
func keys() -> DataSet {
    var dataSet = DataSet()
    dataSet.set(DataElement(tag: .patientID, vr: .LO, value: .bytes([])))
    return dataSet
}

/// Polls until something is so; a test that waits longer than any machine needs has failed.
func eventually(_ what: String, _ condition: () async -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(20)
    while clock.now < deadline {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    throw RawSocket.Failure.unexpected("never happened: \(what)")
}

/// Something two tasks tell each other: a value behind a lock.
final class Shared<Value: Sendable>: Sendable {
    private let box: NIOLockedValueBox<Value>

    init(_ value: Value) { box = NIOLockedValueBox(value) }

    var value: Value {
        get { box.withLockedValue { $0 } }
        set { box.withLockedValue { $0 = newValue } }
    }

    func change<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try box.withLockedValue(body)
    }
}

/// Waits until a counter stands still: what writes it is held up.
func standstill(of counter: Shared<Int>) async throws -> Int {
    var last = -1
    var unchanged = 0
    try await eventually("a standstill") {
        unchanged = counter.value == last && last > 0 ? unchanged + 1 : 0
        last = counter.value
        return unchanged >= 50
    }
    return last
}

/// Runs `body` against a server of ours.
func withServer<T>(
    policy: AcceptorPolicy = ServerConfiguration.policy(sopClasses: [
        SOPClass.modalityWorklistFind, SOPClass.studyRootFind,
    ]),
    maximumAssociations: Int = 4_096,
    timeouts: AssociationCore.Timeouts = .init(),
    _ body: (DICOMServer) async throws -> T
) async throws -> T {
    let server = try await DICOMServer.start(
        ServerConfiguration(port: 0, policy: policy, maximumAssociations: maximumAssociations, timeouts: timeouts)
    )
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}

func configuration(
    port: Int,
    classes: [String] = [SOPClass.modalityWorklistFind, SOPClass.verification],
    timeouts: AssociationCore.Timeouts = .init(),
    receiveWindow: Int = 16 << 20
) -> AssociationConfiguration {
    AssociationConfiguration(
        host: "127.0.0.1",
        port: port,
        calledAETitle: "SERVER",
        callingAETitle: "CLIENT",
        sopClasses: classes,
        timeouts: timeouts,
        receiveWindow: receiveWindow
    )
}

extension Association {
    func findAll(_ options: FindOptions = FindOptions()) async throws -> Find {
        try await find(keys(), sopClass: SOPClass.modalityWorklistFind, options: options)
    }
}

extension FindOutcome {
    var cancellation: Cancellation? {
        if case .cancelled(let cancellation) = self { cancellation } else { nil }
    }
}

extension EchoOutcome {
    var isSuccess: Bool {
        if case .answered(.success, _) = self { true } else { false }
    }
}

/// Holds up whoever waits until it is opened.
final class Gate: Sendable {
    private let state = NIOLockedValueBox<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLockedValue { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLockedValue { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
