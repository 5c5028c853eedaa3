// The library at the ends of a benchmark: a server of as many matches as one likes, and a client that times each operation.
//
//     benchmark-peer serve PORT MATCHES
//     benchmark-peer ask PORT CALLED-AE ACCESSION COUNT
//
// `serve` prints "ready PORT" and answers every worklist query with MATCHES matches. `ask` prints "echo MS" for each of
// COUNT C-ECHOs and "find MS MATCHES" for each of COUNT C-FINDs, all over one association.

import DICOMData
import DICOMNetwork
import DICOMProtocol
import Glibc

struct UsageError: Error, CustomStringConvertible {
    let description = "usage: benchmark-peer serve PORT MATCHES | ask PORT CALLED-AE ACCESSION COUNT"
}

/// About 450 bytes; invented values that vary with the number.
func item(_ number: Int) throws -> DataSet {
    let families = ["Ashby", "Birch", "Calder", "Denham", "Elder", "Farrow", "Grange", "Hollis", "Ingram", "Jarrow"]
    let modality = ["CT", "MR", "CR", "DX", "US", "MG", "NM", "PT", "XA", "RF"][number % 10]
    var step = DataSet()
    try step.set(.modality, modality)
    try step.set(.scheduledStationAETitle, "ST\(number % 20)")
    try step.set(.scheduledProcedureStepStartDate, "202703\(number % 19 + 10)")
    try step.set(.scheduledProcedureStepStartTime, "\(number % 10 + 10)\(number * 7 % 50 + 10)00")
    try step.set(.scheduledProcedureStepDescription, "\(modality) EXAMINATION")
    try step.set(.scheduledProcedureStepID, "SPS\(number)")
    var item = DataSet()
    try item.set(.specificCharacterSet, "ISO_IR 100")
    try item.set(.accessionNumber, "ACC\(number)")
    try item.set(.referringPhysicianName, "Holt^Petra^^Dr")
    try item.set(.patientName, "\(families[number % 10])^Given\(number % 97)")
    try item.set(.patientID, "PID\(number)")
    try item.set(.patientBirthDate, "19\(number % 70 + 30)0\(number % 9 + 1)1\(number % 10)")
    try item.set(.patientSex, ["F", "M"][number % 2])
    try item.set(.studyInstanceUID, "1.2.826.0.1.3680043.10.1451.\(number)")
    try item.set(.requestedProcedureDescription, "\(modality) EXAMINATION")
    try item.set(.requestedProcedureID, "RP\(number)")
    item.setItems(.scheduledProcedureStepSequence, [step])
    return item
}

func serve(port: Int, matches: Int) async throws {
    let items = try (0..<1_000).map(item)
    var banks: [TransferSyntax: [[UInt8]]] = [:]
    for syntax in TransferSyntax.supported { banks[syntax] = try items.map { try $0.encoded(syntax) } }
    let policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
    let server = try await DICOMServer.start(ServerConfiguration(port: port, policy: policy))
    server.bindFind(with: banks) { _, responder, banks in
        guard let bank = banks[responder.identifierSyntax] else { return }
        for number in 0..<matches {
            guard try await responder.send(encoded: bank[number % bank.count]) else { return }
        }
    }
    print("ready \(server.port)")
    fflush(nil)
    // Until it is killed.
    while true { try await Task.sleep(for: .seconds(3_600)) }
}

func ask(port: Int, called: String, accession: String, count: Int) async throws {
    let association = try await Association.connect(
        AssociationConfiguration(
            host: "127.0.0.1",
            port: port,
            calledAETitle: called,
            callingAETitle: "BENCHMARK",
            sopClasses: [SOPClass.modalityWorklistFind, SOPClass.verification]
        )
    )
    var identifier = DataSet()
    try identifier.set(.accessionNumber, accession)
    try identifier.set(.patientName, "")
    try identifier.set(.patientID, "")
    let clock = ContinuousClock()
    func milliseconds(since start: ContinuousClock.Instant) -> Double { (clock.now - start) / .milliseconds(1) }
    for _ in 0..<count {
        let start = clock.now
        guard case .answered(.success, _) = try await association.echo() else { throw UsageError() }
        print("echo \(milliseconds(since: start))")
    }
    for _ in 0..<count {
        let start = clock.now
        var matches = 0
        let find = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind)
        for await batch in find.batches { matches += batch.count }
        guard await find.result.outcome == .complete else { throw UsageError() }
        print("find \(milliseconds(since: start)) \(matches)")
    }
    await association.release()
}

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.compactMap { Int($0) }
switch (arguments.first, arguments.count) {
case ("serve", 3) where numbers.count == 2: try await serve(port: numbers[0], matches: numbers[1])
case ("ask", 5) where numbers.count >= 2:
    let texts = Array(arguments)
    try await ask(port: numbers[0], called: texts[2], accession: texts[3], count: numbers[numbers.count - 1])
default: throw UsageError()
}
