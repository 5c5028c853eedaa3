import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Glibc
import NIOConcurrencyHelpers
import Terminal
import WorklistBrowser
import WorklistServer

/// Does what the browser asks for, away from the UI thread, and posts what comes of it.
final class EffectRunner: Sendable {
    private struct State {
        var finds: [FindID: Running] = [:]
        var echoes: [Int: Task<Void, Never>] = [:]
        var demo: DemoServer?
        /// The sort or filter under way, by the list.
        var arranging: [Int: (generation: Int, task: Task<Void, Never>)] = [:]
        var exports: [ExportID: FileExport] = [:]
        /// The last thing done to files of queries: they are done in order.
        var filing: Task<Void, Never>?
        /// Files being written.
        var writes = 0
        /// The views chosen since the start, by name.
        var views: [String: ListView] = [:]
    }

    /// A query in its two lives: while the association is opened, and while the C-FIND runs.
    private struct Running {
        var task: Task<Void, Never>?
        var find: Find?
        var isCancelled = false
    }

    private let state = NIOLockedValueBox(State())
    private let post: @Sendable (WorklistBrowser.Event) -> Void
    private let options: Options

    struct Options: Sendable {
        var configuration: Configuration
        var timeout: Double?
        var maximumLength: UInt32?
        /// Where OSC 52 goes; nil for a screen that is none.
        var terminal: Int32?
        var demoCount = 300
        /// Where saved queries are kept.
        var queries = QueryFolder()
        var themes = ThemeLibrary()
        var state = StateFile()
        /// Says which day, and which hour of it, the demonstration schedule is for.
        var clock = BrowserClock()
    }

    init(options: Options, post: @escaping @Sendable (WorklistBrowser.Event) -> Void) {
        self.options = options
        self.post = post
    }

    func run(_ effect: Effect) {
        switch effect {
        case .startFind(let request): start(request)
        case .cancelFind(let id): cancel(id)
        case .abortFind(let id): abort(id)
        case .startEcho(let id, let profile): echo(id, profile)
        case .cancelEcho(let id): state.withLockedValue { $0.echoes.removeValue(forKey: id) }?.cancel()
        case .saveServer(let profile): save(profile)
        case .startDemo: startDemo()
        case .arrange(let job):
            arrange(job)
        case .copy(let text): copy(text)
        // Saved queries.
        case .queryFiles(let effect): file(effect)
        // Watch and barcode.
        case .compare(let job):
            let post = post
            Task { post(.compared(generation: job.generation, changes: job.run())) }
        // Export, layouts, themes.
        case .rememberView(let name, let view): remember(view, of: name)
        case .export(let request): export(request)
        case .cancelExport(let id): state.withLockedValue { $0.exports[id] }?.cancel()
        case .readThemes(let depth, let ascii): readThemes(depth, ascii)
        case .rememberTheme(let name): rememberTheme(name)
        // Servers.
        case .bell, .mouse, .redraw, .suspend, .quit: break
        }
    }

    private func arrange(_ job: ArrangeJob) {
        let post = post
        let task = Task { [self] in
            var told = ContinuousClock.now
            let answer = job.run { done in
                let now = ContinuousClock.now
                guard now - told >= .milliseconds(100) else { return }
                told = now
                post(.arranging(generation: job.generation, done: done))
            }
            state.withLockedValue { state in
                if state.arranging[job.series]?.generation == job.generation { state.arranging[job.series] = nil }
            }
            post(answer)
        }
        // An older order of the same list is of no use any more, and would hold one of the few threads.
        state.withLockedValue { state in
            state.arranging.updateValue((job.generation, task), forKey: job.series)?.task.cancel()
        }
    }

    /// Waits until no query, no export and no other write is under way, for a second at most: an A-ABORT on the way out must
    /// reach the wire, and the file of an export that was cancelled must be gone.
    ///
    /// Blocks its thread, which is that of the screen.
    func settle() {
        let deadline = ContinuousClock.now + .seconds(1)
        while !state.withLockedValue({ $0.finds.isEmpty && $0.exports.isEmpty && $0.writes == 0 }),
            ContinuousClock.now < deadline
        {
            usleep(2_000)
        }
    }

    // MARK: C-FIND

    private func start(_ request: FindRequest) {
        let id = request.id
        state.withLockedValue { $0.finds[id] = Running() }
        let task = Task { [self] in
            let progress = await query(request)
            state.withLockedValue { $0.finds[id] = nil }
            post(.find(id, progress))
        }
        state.withLockedValue { $0.finds[id]?.task = task }
    }

    /// The whole life of one query; returns its end.
    private func query(_ request: FindRequest) async -> FindProgress {
        let id = request.id
        let post = post
        let sopClass = request.query.model.sopClassUID
        let configuration: AssociationConfiguration
        do {
            configuration = try AssociationConfiguration(
                request.server,
                sopClasses: [sopClass],
                timeout: options.timeout,
                maximumLength: options.maximumLength
            )
        } catch {
            return .failed(error.failure(calling: request.server))
        }
        let association: Association
        do {
            association = try await Association.connect(configuration) { stage in
                switch stage {
                case .lookingUp: post(.find(id, .stage(.lookingUp)))
                case .connecting: post(.find(id, .stage(.connecting)))
                case .securing: post(.find(id, .stage(.securing)))
                case .associating: post(.find(id, .stage(.associating)))
                case .established: post(.find(id, .stage(.waiting)))
                }
            }
        } catch {
            return .failed(error)
        }
        var findOptions = FindOptions(limit: request.limit)
        if let timeout = options.timeout {
            findOptions.firstResponseTimeout = timeout
            findOptions.nextResponseTimeout = timeout
        }
        let find: Find
        do {
            find = try await association.find(
                request.identifier,
                sopClass: sopClass,
                options: findOptions,
                onCancelSent: { post(.find(id, .cancelSent)) }
            )
        } catch {
            association.abort()
            return .failed(
                AssociationFailure(.invalidSetting("the query cannot be sent: \(error)"), peer: configuration.peer)
            )
        }
        // The user may have asked for the end while the association was being opened.
        let isCancelled = state.withLockedValue { state in
            state.finds[id]?.find = find
            return state.finds[id]?.isCancelled ?? false
        }
        if isCancelled { find.cancel() }
        for await batch in find.batches { post(.find(id, .matches(batch))) }
        let result = await find.result
        if await association.isEstablished {
            Task { await association.release() }
        }
        return .finished(result.outcome, result.statistics)
    }

    private func cancel(_ id: FindID) {
        let (find, task) = state.withLockedValue { state -> (Find?, Task<Void, Never>?) in
            state.finds[id]?.isCancelled = true
            let running = state.finds[id]
            return (running?.find, running?.task)
        }
        // Before there is a C-FIND there is nothing to cancel on the wire: opening the association is stopped instead.
        if let find { find.cancel() } else { task?.cancel() }
    }

    private func abort(_ id: FindID) {
        let running = state.withLockedValue { $0.finds[id] }
        if let find = running?.find { find.abort() } else { running?.task?.cancel() }
    }

    // MARK: C-ECHO

    /// Tests a server: each stage with its time as soon as it is over, then a C-ECHO, and whether worklists are offered.
    private func echo(_ id: Int, _ profile: ServerProfile) {
        let task = Task { [self] in
            await test(id, profile)
            state.withLockedValue { $0.echoes[id] = nil }
        }
        state.withLockedValue { $0.echoes[id] = task }
    }

    private func test(_ id: Int, _ profile: ServerProfile) async {
        let post = post
        let configuration: AssociationConfiguration
        do throws(TLSProblem) {
            configuration = try AssociationConfiguration(
                profile,
                sopClasses: [SOPClass.verification, SOPClass.modalityWorklistFind],
                timeout: options.timeout,
                maximumLength: options.maximumLength
            )
        } catch {
            post(.echo(id, .failed(error.failure(calling: profile))))
            return
        }
        let stages = StageTimes { name, milliseconds in post(.echo(id, .stage(name: name, milliseconds: milliseconds)))
        }
        do {
            let association = try await Association.connect(configuration) { stages.begin($0) }
            let negotiated = association.negotiated
            if negotiated.contextAsSCU(for: SOPClass.modalityWorklistFind) != nil {
                post(.echo(id, .worklistOffered))
            } else {
                let refused = negotiated.refused.first { $0.abstractSyntax == SOPClass.modalityWorklistFind }
                post(.echo(id, .worklistRefused(refused?.explanation ?? "no presentation context was accepted")))
            }
            guard negotiated.contextAsSCU(for: SOPClass.verification) != nil else {
                let refused = negotiated.refused.first { $0.abstractSyntax == SOPClass.verification }
                let cause = AssociationFailure.Cause.contextRefused(
                    sopClass: "Verification",
                    reason: refused?.explanation ?? "no presentation context was accepted"
                )
                post(.echo(id, .failed(AssociationFailure(cause, peer: configuration.peer))))
                await association.release()
                return
            }
            switch try await association.echo() {
            case .answered(.success, let milliseconds): post(.echo(id, .succeeded(milliseconds: milliseconds)))
            case .answered(let status, _): post(.echo(id, .refused(status)))
            case .timedOut(let seconds):
                post(.echo(id, .failed(AssociationFailure(.noAnswer(seconds: seconds), peer: configuration.peer))))
            case .ended(let end):
                let failure = AssociationFailure(.connectionClosed(detail: end.explanation), peer: configuration.peer)
                post(.echo(id, .failed(failure)))
            }
            await association.release()
        } catch let failure as AssociationFailure {
            post(.echo(id, .failed(failure)))
        } catch {
            let failure = AssociationFailure(.invalidSetting("\(error)"), peer: configuration.peer)
            post(.echo(id, .failed(failure)))
        }
    }

    // MARK: Themes

    private func readThemes(_ depth: ColorDepth, _ ascii: Bool) {
        let themes = options.themes
        let post = post
        Task {
            let choices = themes.catalogue(depth: depth, ascii: ascii).filter { !$0.isOverlay }.map {
                ThemeChoice(name: $0.name, path: $0.path, theme: $0.theme)
            }
            post(.themesRead(choices))
        }
    }

    private func rememberTheme(_ name: String) {
        let options = options
        let post = post
        state.withLockedValue { $0.writes += 1 }
        Task { [self] in
            defer { state.withLockedValue { $0.writes -= 1 } }
            do throws(SettingsProblem) {
                try RememberedTheme.write(name, options.state, configured: options.configuration.theme)
            } catch {
                post(.themeNotRemembered(reason: error.description))
            }
        }
    }

    // MARK: Views of the list

    /// Two changes in quick succession may be written in either order: each writes what was chosen last.
    private func remember(_ view: ListView, of name: String) {
        let options = options
        let post = post
        state.withLockedValue { state in
            state.writes += 1
            state.views[name] = view
        }
        Task { [self] in
            defer { state.withLockedValue { $0.writes -= 1 } }
            do throws(SettingsProblem) {
                try options.state.change { table in
                    let latest = state.withLockedValue { $0.views[name] }
                    RememberedViews.put(latest ?? view, of: name, into: table)
                }
            } catch {
                post(.viewNotRemembered(reason: error.description))
            }
        }
    }

    // MARK: The rest

    private func save(_ profile: ServerProfile) {
        switch options.configuration.adding(profile) {
        case .success(let path): post(.serverSaved(profile, path: path))
        case .failure(let failure):
            post(.serverNotSaved(reason: "\(options.configuration.path): \(failure.words)"))
        }
    }

    // MARK: Saved queries

    private func file(_ effect: QueryFileEffect) {
        let post = post
        let now = options.clock.now().queryMoment
        let folder = options.queries
        state.withLockedValue { state in
            let before = state.filing
            state.filing = Task {
                await before?.value
                post(.queryFiles(folder.perform(effect, now: now)))
            }
        }
    }

    private func startDemo() {
        let post = post
        let count = options.demoCount
        Task { [self] in
            do {
                let server = try await DemoServer.start(count: count, at: options.clock.now().queryMoment)
                state.withLockedValue { $0.demo = server }
                post(.serverSelected(server.profile))
            } catch {
                post(.serverNotSaved(reason: "the demo server did not start: \(error)"))
            }
        }
    }

    private func export(_ request: ExportRequest) {
        let id = request.id
        let export = FileExport(request) { [self] progress in
            if case .read = progress {} else { state.withLockedValue { $0.exports[id] = nil } }
            post(.export(id, progress))
        }
        state.withLockedValue { $0.exports[id] = export }
        export.start()
    }

    /// OSC 52: the terminal puts the text on the clipboard, over SSH too.
    private func copy(_ text: String) {
        guard let terminal = options.terminal else { return }
        let payload = Base64.encode(Array(text.utf8)[...])
        // Terminals drop larger ones; xterm's limit is the smallest in use.
        guard payload.utf8.count <= 74_994 else { return }
        _ = FileWriter.writeAll(Array("\u{1B}]52;c;\(payload)\u{07}".utf8)[...], to: terminal)
    }
}

/// Tells how long each stage of an association took, as soon as the next one begins.
private final class StageTimes: Sendable {
    private let current = NIOLockedValueBox<(name: String, start: ContinuousClock.Instant)?>(nil)
    private let ended: @Sendable (String, Double) -> Void

    init(_ ended: @escaping @Sendable (String, Double) -> Void) {
        self.ended = ended
    }

    func begin(_ stage: AssociationStage) {
        let now = ContinuousClock.now
        let name: String? =
            switch stage {
            case .lookingUp: "look up"
            case .connecting: "connect"
            case .securing: "secure"
            case .associating: "associate"
            case .established: nil
            }
        let before = current.withLockedValue { current in
            defer { current = name.map { ($0, now) } }
            return current
        }
        guard let before else { return }
        let (seconds, attoseconds) = (now - before.start).components
        ended(before.name, Double(seconds) * 1_000 + Double(attoseconds) / 1e15)
    }
}
