import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Foundation

/// A query as the tests ask it through clients of different make: the worklist return set with some keys filled in.
struct TestQuery: Sendable {
    var keys: [(AttributePath, String)]

    init(_ keys: [(AttributePath, String)] = []) {
        self.keys = keys
    }

    static let now = QueryMoment(date: DICOMDate(daysSince1970: 20_000), second: 43_200)

    var query: Query {
        var query = Query.worklist
        for (path, value) in keys { query.set(path, value) }
        return query
    }

    /// The keys as the pynetdicom script reads them.
    var texts: ItemTexts {
        let pairs = query.keys.filter { $0.vr != .SQ }.map { key in
            (key.path.steps.map { $0.tag.compact + "[\($0.item)]." }.joined() + key.path.tag.compact, key.value)
        }
        return Dictionary(pairs) { first, _ in first }
    }
}

extension Query {
    /// The names of the attributes an answer to this query may have, in the form of ``Texts/anyItem(_:)``.
    var names: Set<String> {
        let paths = keys.map { key in key.path.tags.map(\.compact) }
        let all = paths.flatMap { tags in (1...tags.count).map { tags.prefix($0).joined(separator: ".") } }
        return Set(all).union([DICOMData.Tag.specificCharacterSet.compact])
    }
}

/// What a client got.
struct Answer: Sendable {
    var items: Items
    var matches: Int
    var outcome: FindOutcome
    var statistics = FindStatistics()
}

/// Our own client.
enum OurClient {
    static func configuration(port: Int, sopClasses: [String]) -> AssociationConfiguration {
        AssociationConfiguration(
            host: "127.0.0.1",
            port: port,
            calledAETitle: Peers.title,
            callingAETitle: "MODALITY",
            sopClasses: sopClasses
        )
    }

    static func associate(port: Int, _ sopClass: String = SOPClass.modalityWorklistFind) async throws -> Association {
        try await Association.connect(configuration(port: port, sopClasses: [sopClass]))
    }

    static func find(_ query: TestQuery, port: Int, options: FindOptions = FindOptions()) async throws -> Answer {
        let association = try await associate(port: port)
        let identifier = try query.query.identifier(now: TestQuery.now)
        let find = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind, options: options)
        var answer = Answer(items: [:], matches: 0, outcome: .complete)
        for await match in find {
            let dataSet = match.dataSet
            if let defect = dataSet.defect { throw defect }
            answer.items[dataSet.string(.accessionNumber) ?? ""] = Texts.flat(dataSet)
            answer.matches += 1
        }
        let result = await find.result
        answer.outcome = result.outcome
        answer.statistics = result.statistics
        await association.release()
        return answer
    }
}

/// DCMTK's client, asked by the command line this library gives for the query.
enum Findscu {
    /// The answers as pydicom reads the files findscu wrote.
    static func find(_ query: TestQuery, port: Int, options: [String] = []) async throws -> Items {
        let folder = try TemporaryFolder()
        _ = try await run(query, port: port, options: ["-X", "-od", folder.path] + options)
        return try Texts.items(json: try await Program.python("read_responses.py", [folder.path]))
    }

    /// The accession numbers of the answers, as findscu prints them.
    static func accessions(_ query: TestQuery, port: Int) async throws -> Set<String> {
        let output = try await run(query, port: port, options: [])
        let numbers = output.matches(of: #/\(0008,0050\) SH \[(\w+) *\]/#).map { String($0.1) }
        let accessions = Set(numbers)
        guard accessions.count == numbers.count, output.matches(of: #/Find Response: \d+ /#).count == numbers.count
        else {
            throw Program.Failure(description: "an answer without an accession number, or with that of another")
        }
        return accessions
    }

    private static func run(_ query: TestQuery, port: Int, options: [String]) async throws -> String {
        let peer = FindscuLine.Peer(calling: "FINDSCU", called: Peers.title, host: "127.0.0.1", port: port)
        let line = FindscuLine.text(for: query.query, peer: peer, now: TestQuery.now)
        let program = try Tools.program("findscu")
        let command = line.replacing(
            "findscu ",
            with: (["'\(program)'"] + options + [""]).joined(separator: " "),
            maxReplacements: 1
        )
        let result = try await Program.run("/bin/sh", ["-c", command])
        guard result.code == 0 else {
            throw Program.Failure(
                description: "\(command)\nended with \(result.code): \(result.output)\(result.errors)"
            )
        }
        return result.output + result.errors
    }
}
