import ArgumentParser
import DICOMData
import DICOMMatching
import Glibc
import Terminal
import WorklistBrowser
import WorklistServer

/// `worklist store`: what is in a store, and what goes in and out of it.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Fill, list and clear the store that 'serve --store' serves.",
        discussion: """
            A store is one file. It may be changed while a server serves it: queries under way see it as it was, the next one \
            as it is.

            \(Examples.text(Examples.store))
            """,
        subcommands: [Import.self, List.self, Remove.self, Expire.self]
    )

    /// The store, and keys that choose items of it.
    struct Choice: ParsableArguments {
        @Argument(help: ArgumentHelp("The store.", valueName: "file"), completion: .file())
        var file: String

        @Option(
            name: [.customShort("k"), .long],
            help: ArgumentHelp("Only items that match: keyword, name or tag, as for 'find'.", valueName: "key=value")
        )
        var key: [String] = []

        func query() throws(CommandFailure) -> CompiledQuery {
            var query = Query(model: .worklist)
            do {
                for text in key { query.set(try KeyPath.parse(text).key()) }
                let now = WallClock.now().queryMoment
                let identifier = query.keys.isEmpty ? DataSet() : try query.identifier(now: now)
                return try CompiledQuery(identifier: identifier, rules: .worklist)
            } catch {
                throw CommandFailure.usage("\(error)")
            }
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read items from files into a store; it is made if it does not exist.",
            discussion: """
                .wl and other DICOM files, DICOM JSON (.json, or .jsonl with an object on each line), and .csv, whose first \
                line names the attributes: keywords, names, tags or paths. A folder is read with its sub-folders. An item that is \
                there already, by study, accession number, requested procedure and step, is replaced. What cannot be read is \
                told and left out.
                """
        )

        @Argument(help: ArgumentHelp("The store.", valueName: "file"), completion: .file())
        var file: String

        @Argument(help: ArgumentHelp("Files and folders to read.", valueName: "path"), completion: .file())
        var paths: [String]

        func run() throws {
            let report: WorklistImport.Report
            do throws(WorklistStoreError) {
                report = try WorklistImport.run(paths, into: try WorklistStore(path: file))
            } catch {
                throw CommandFailure.usage(error.description)
            }
            for problem in report.problems {
                StandardError.write("worklist: left out \(TerminalText(problem.description).string)\n")
            }
            let changes = report.changes
            StandardOutput.shared.writeLine(
                "\(changes.added) added, \(changes.replaced) replaced, \(report.problems.count) left out"
            )
            if !report.problems.isEmpty { throw ProgramExit.partial }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the items of a store, in the order of their start."
        )

        @OptionGroup var choice: Choice

        @Flag(help: "One object of DICOM JSON on each line: 'store import' reads it again.")
        var json = false

        @Flag(help: "Only how many.")
        var count = false

        func run() async throws {
            var number = 0
            try await StoreCommand.each(choice) { item in
                number += 1
                if !count { StandardOutput.shared.write((json ? DICOMJSON.encode(item) : line(item)) + "\n") }
            }
            StandardOutput.shared.flush()
            if count { StandardOutput.shared.writeLine("\(number)") }
            if number == 0 { throw ProgramExit.noMatches }
        }

        /// Start, modality, station, patient, accession number.
        private func line(_ item: DataSet) -> String {
            let step = item.items(.scheduledProcedureStepSequence).first
            let fields = [
                step?.string(.scheduledProcedureStepStartDate), step?.string(.scheduledProcedureStepStartTime),
                step?.string(.modality), step?.string(.scheduledStationAETitle), item.string(.patientID),
                item.string(.patientName), item.string(.accessionNumber),
            ]
            return fields.map { TerminalText($0?.isEmpty == false ? $0 ?? "" : "-").string }.joined(separator: "  ")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take items out of a store, as when an order is cancelled.",
            discussion: "At least one key with a value is needed, so that nothing goes by mistake."
        )

        @OptionGroup var choice: Choice

        func run() async throws {
            guard try !choice.query().isUniversal else {
                throw CommandFailure.usage(
                    "Say which items: -k AccessionNumber=A1. '-k PatientID=*' matches every item."
                )
            }
            var items: [DataSet] = []
            let store = try await StoreCommand.each(choice) { items.append($0) }
            do throws(WorklistStoreError) {
                StandardOutput.shared.writeLine("\(try store.remove(items)) removed")
            } catch {
                throw CommandFailure.usage(error.description)
            }
            if items.isEmpty { throw ProgramExit.noMatches }
        }
    }

    struct Expire: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take out the items whose last step started before a day; those without a date stay."
        )

        @Argument(help: ArgumentHelp("The store.", valueName: "file"), completion: .file())
        var file: String

        @Option(help: ArgumentHelp("The first day that stays: YYYYMMDD.", valueName: "day"))
        var before: String

        func run() throws {
            guard let day = DICOMDate(parsing: before) else {
                throw CommandFailure.usage("--before '\(before)' is no day: write YYYYMMDD.")
            }
            do throws(WorklistStoreError) {
                let store = try StoreCommand.open(file)
                StandardOutput.shared.writeLine("\(try store.expire(before: day)) removed")
            } catch {
                throw CommandFailure.usage(error.description)
            }
        }
    }

    /// A store that exists: a file of a misspelt name is not to be made.
    static func open(_ file: String) throws(WorklistStoreError) -> WorklistStore {
        guard FileAccess.exists(file) else { throw .cannotOpen(path: file, reason: "No such file") }
        return try WorklistStore(path: file)
    }

    @discardableResult
    static func each(_ choice: Choice, _ body: (DataSet) -> Void) async throws -> WorklistStore {
        let query = try choice.query()
        do {
            let store = try open(choice.file)
            guard let cursor = try await store.cursor(for: WorklistRequest(query: query)) else { return store }
            defer { cursor.close() }
            while let batch = try cursor.next(after: 1) {
                for index in batch.indices {
                    let item = DataSet(lenient: batch[index], transferSyntax: .explicitVRLittleEndian)
                    if query.matches(item) { body(item) }
                }
            }
            return store
        } catch let error as WorklistStoreError {
            throw CommandFailure.usage(error.description)
        } catch let error as WorklistSourceError {
            throw CommandFailure.usage(error.description)
        }
    }
}

private enum FileAccess {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
