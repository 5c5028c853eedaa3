import ArgumentParser
import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Glibc
import Terminal
import WorklistBrowser

/// `worklist find`: one query from the shell, rows printed as they arrive.
struct FindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Send one C-FIND and print the matches as they arrive.",
        discussion: """
            Keys: -k PatientName='SMI*' -k SPS.Modality=CT -k '(0040,0100)[0].(0040,0002)=20261124-20261125'. \
            A key without a value is returned, not matched. Dates may be relative: today, -7d..today.

            Exit codes: 0 matches, 1 none, 2 usage, 3 network, 4 rejected, 5 DIMSE failure, 6 partial (cancelled, \
            limited, lost).

            Ctrl-C sends C-CANCEL, and so does a reader that goes away; Ctrl-C again aborts the association.

            The table is as wide as the terminal, and cuts no name, ID, birth date or accession number.

            \(Examples.text(Examples.find))
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var negotiation: NegotiationOptions

    @Option(
        help: ArgumentHelp("worklist, patient, study, ups-pull and more, or a SOP class UID.", valueName: "model"),
        completion: CompletionValues.models
    )
    var model = "worklist"

    @Option(
        name: [.customShort("k"), .customLong("key")],
        help: ArgumentHelp(
            "A key; may be repeated. Keywords, names, tags and paths are understood.",
            valueName: "key[=value]"
        ),
        completion: CompletionValues.keys
    )
    var keys: [String] = []

    @Option(
        help: ArgumentHelp("Read the keys from a query file (TOML).", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var query: String?

    @Option(help: ArgumentHelp("Ask what a saved query of the browser asks.", valueName: "name"))
    var saved: String?

    @Option(help: ArgumentHelp("Most rows to take; 0 for no limit.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Send C-CANCEL after that many matches.", valueName: "n"))
    var cancelAfter: Int?

    @Option(help: "table, csv, json, jsonl, dicom-json, dump or none.")
    var format = RowFormat.table

    @Flag(
        help: "With --format csv: an apostrophe before values that begin with = + - @, which a spreadsheet would run."
    )
    var csvGuard = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write the rows to this file, for your eyes only (mode 0600).", valueName: "file"),
        completion: .file()
    )
    var output: String?

    @Flag(help: "Let --output overwrite a file.")
    var force = false

    @Option(help: "Print a summary on standard error: text or json.")
    var summary: SummaryFormat?

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes 0 or more.") }
        if let cancelAfter, cancelAfter < 1 { throw ValidationError("--cancel-after takes 1 or more.") }
        if force, output == nil { throw ValidationError("--force needs --output.") }
        if output != nil, format == .none { throw ValidationError("--output needs rows: leave out --format none.") }
        if csvGuard, format != .csv { throw ValidationError("--csv-guard needs --format csv.") }
        if output == "" { throw ValidationError("--output names no file.") }
        if query != nil, model != "worklist" {
            throw ValidationError("The query file names its model; leave out --model.")
        }
        if saved != nil, model != "worklist" {
            throw ValidationError("The saved query names its model; leave out --model.")
        }
        if saved != nil, query != nil { throw ValidationError("Use either --query or --saved, not both.") }
    }

    func run() async throws {
        let profile = try options.requiredProfile()
        let now = WallClock.now()
        let query = try assembled(for: profile, now: now.queryMoment)
        let identifier: DataSet
        do {
            identifier = try query.identifier(profile.identifierForm, now: now.queryMoment)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        if let output, let problem = OutputFile.problem(with: output, replacing: force) {
            throw CommandFailure.usage(problem)
        }
        var configuration = try options.association(with: profile, sopClasses: [query.model.sopClassUID])
        try negotiation.apply(to: &configuration)
        let trace = negotiation.tracing(&configuration)
        do {
            try await ask(configuration, identifier, query, profile)
        } catch {
            await trace?.finish()
            throw error
        }
        await trace?.finish()
    }

    private func ask(
        _ configuration: AssociationConfiguration,
        _ identifier: DataSet,
        _ query: Query,
        _ profile: ServerProfile
    ) async throws {
        let association: Association
        do {
            association = try await Association.connect(configuration)
        } catch {
            summary?.write(failure: error)
            throw CommandFailure(opening: error)
        }
        let file: OutputFile?
        do throws(SystemFailure) {
            file = try output.map { path throws(SystemFailure) in try OutputFile(path, replacing: force) }
        } catch {
            await association.release()
            throw CommandFailure.usage("cannot write \(output ?? ""): \(error.words)")
        }
        let out = file?.stream ?? StandardOutput.shared
        var findOptions = FindOptions(limit: limit ?? profile.rowLimit, cancelAfter: cancelAfter)
        if let timeout = options.timeout {
            findOptions.firstResponseTimeout = timeout
            findOptions.nextResponseTimeout = timeout
        }
        let find: Find
        do {
            find = try await association.find(identifier, sopClass: query.model.sopClassUID, options: findOptions)
        } catch {
            throw CommandFailure(.dimseFailure, "\(error)")
        }
        let interrupts = InterruptWatch { count in
            if count == 1 { find.cancel() } else { find.abort() }
        }
        let reader = file == nil && format != .none ? ReaderWatch { find.cancel() } : nil
        var writer = RowWriter(
            format: format,
            query: query,
            fallback: profile.assumedCharacterSet,
            guardsFormulas: csvGuard,
            out: out
        )
        if let omission = writer.omission, StandardError.isTerminal { StandardError.write("worklist: \(omission)\n") }
        var rows = 0
        writer.begin()
        for await batch in find.batches {
            rows += batch.count
            writer.write(batch)
            // Nobody reads on: the server need not send the rest.
            if out.isClosed { find.cancel() }
        }
        writer.end()
        let result = await find.result
        interrupts.stop()
        reader?.stop()
        let statistics = result.statistics
        summary?.write(
            result.outcome,
            statistics,
            rows: rows,
            guessed: writer.isReading ? writer.guessedRows : nil,
            damaged: writer.isReading ? writer.damagedRows : nil
        )
        if let caution = writer.caution, summary != .json { StandardError.write("worklist: \(caution)\n") }
        var ending = FindEnding(result.outcome, rows: rows)
        // A reader that has gone has seen enough; rows lost on the way to a file are another matter.
        if let file {
            keep(file, rows: rows, isWhole: ending.code == .matches || ending.code == .noMatches, &ending)
        } else if let failure = out.failure, failure.code != EPIPE {
            ending.code = .partial
            ending.words =
                "cannot write the rows to standard output: \(failure.words); what was written is not whole. Free some "
                + "space and ask again."
        }
        if let words = ending.words, summary != .json {
            StandardError.write("worklist: \(TerminalText(words).string)\n")
        }
        // All is said: nobody waits for a server that is slow to let go.
        if await association.isEstablished { await association.release() } else { association.abort() }
        if ending.code != .matches { throw ending.code }
    }

    /// Gives the file its name, unless there is nothing in it that is worth an earlier one.
    private func keep(_ file: OutputFile, rows: Int, isWhole: Bool, _ ending: inout FindEnding) {
        guard rows > 0 || isWhole else {
            file.drop()
            ending.words = (ending.words ?? "") + " \(file.path) was not written."
            return
        }
        guard let failure = file.keep() else { return }
        ending.code = .partial
        ending.words =
            failure.code == EEXIST
            ? "\(file.path) was made by somebody else meanwhile and is not overwritten: ask again with another name."
            : "cannot write the rows to \(file.path): \(failure.words); nothing was kept. Free some space and ask again."
    }

    /// The query of the file or of the model, with the keys of the command line.
    private func assembled(for profile: ServerProfile, now: QueryMoment) throws -> Query {
        let saved = try SavedQuerySource(file: self.query, name: self.saved)?.load(now: now)
        var query = try saved?.filled(for: profile) ?? FindModel.query(named: model)
        for text in keys {
            do {
                let parsed = try KeyPath.parse(text, model: query.model)
                query.set(parsed.key(source: .user))
                // Where a key went is for a person to know, and in nobody's way in a pipe.
                if let note = parsed.note, StandardError.isTerminal { StandardError.write("worklist: \(note)\n") }
                if parsed.path.tag == .queryRetrieveLevel, let value = parsed.value {
                    guard let level = QueryLevel(rawValue: value) else {
                        throw CommandFailure.usage(
                            "QueryRetrieveLevel '\(value)' is not PATIENT, STUDY, SERIES or IMAGE"
                        )
                    }
                    query.remove(parsed.path)
                    query.level = level
                }
            } catch let error as KeyPathError {
                throw CommandFailure.usage("key '\(text)': \(error.description)")
            }
        }
        // Left empty it would ask for more than was saved.
        if let saved, let open = saved.asked.first(where: { query[$0]?.isMatching == false }), let key = query[open] {
            throw CommandFailure.usage(
                "the query '\(saved.name)' asks for \(DataDictionary.keywordOrTag(open.tag)) when it runs: "
                    + "add -k '\(key.spelling(in: query))=VALUE'"
            )
        }
        return query
    }
}

/// What an outcome means for the shell: a sentence, unless all went well, and the exit code.
struct FindEnding {
    var words: String?
    var code: ProgramExit

    init(_ outcome: FindOutcome, rows: Int) {
        let count = "\(rows) \(rows == 1 ? "row" : "rows")"
        let partial: ProgramExit = rows > 0 ? .partial : .network
        switch outcome {
        case .complete:
            code = rows > 0 ? .matches : .noMatches
        case .cancelled(let cancellation):
            code = .partial
            let after = cancellation.matchesAfter == 1 ? "1 more match" : "\(cancellation.matchesAfter) more matches"
            let end =
                cancellation.finalStatus == .cancel
                ? "the server ended the query" : "the server ended with Success, so the list may or may not be whole,"
            words =
                "cancelled by us with \(count); \(end) \(Milliseconds.text(cancellation.milliseconds)) ms later, "
                + "after \(after)"
        case .truncated(.byServer):
            code = .partial
            words = "truncated by the server after \(count): more exist. Narrow the query."
        case .truncated(.ownLimit(let limit, _)):
            code = .partial
            words = "limited to \(limit) \(limit == 1 ? "row" : "rows"): more exist. --limit 0 takes all of them."
        case .failed(let failure):
            code = .dimseFailure
            words = "the server failed the query with \(failure.status): \(failure.meaning)"
            if let comment = failure.errorComment { words? += " ('\(comment)')" }
            if !failure.offendingElements.isEmpty {
                let names = failure.offendingElements.map { DataDictionary.keywordOrTag($0) }
                words? += "; offending: " + names.joined(separator: ", ")
            }
            words? += ". \(count) had come. Check the keys, or the server's log."
        case .aborted(let abort):
            code = partial
            words = "\(abort.explanation); \(count) had come. Try again."
        case .timedOut(let wait, let seconds):
            code = partial
            words =
                "\(wait.rawValue) did not come within \(Milliseconds.text(seconds)) s; \(count) had come. "
                + "--timeout waits longer."
        case .lost(.connectionClosed(let detail)):
            code = partial
            words = "the connection was lost (\(detail)); \(count) had come. Try again."
        case .lost(.releasedByPeer):
            code = partial
            words = "the server released the association in the middle of the query; \(count) had come. Try again."
        }
    }
}
