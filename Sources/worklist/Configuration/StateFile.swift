import Glibc
import TOMLKit
import Terminal
import WorklistBrowser

/// `state.toml`: what the program remembers from one run to the next, such as the theme that was chosen. Never patient data.
///
/// The file is the program's own; what the user writes by hand is `config.toml`. Other runs may write at the same time: a
/// change reads the file, changes its own keys, and puts the new file in the old one's place.
struct StateFile: Sendable {
    let path: String

    init(path: String = Self.folder + "/state.toml") {
        self.path = path
    }

    /// `$WORKLIST_STATE_DIR`, else `$XDG_STATE_HOME/worklist`, else `~/.local/state/worklist`.
    static var folder: String {
        if let folder = Configuration.environment("WORKLIST_STATE_DIR") { return folder }
        if let base = Configuration.environment("XDG_STATE_HOME") { return base + "/worklist" }
        return (Configuration.environment("HOME") ?? ".") + "/.local/state/worklist"
    }

    // MARK: Reading

    /// All of it; an empty table if there is no file yet.
    func read() throws(SettingsProblem) -> TOMLTable {
        let bytes: [UInt8]
        switch FileWriter.read(path) {
        case .success(let read): bytes = read
        case .failure(let failure):
            if failure.code == ENOENT || failure.code == ENOTDIR { return TOMLTable() }
            throw SettingsProblem(path: path, text: "cannot be read: \(failure.words)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsProblem(path: path, text: "not UTF-8 text; remove the file, it is written anew")
        }
        do {
            return try SafeTOML.parse(text)
        } catch {
            throw SettingsProblem(
                path: path,
                line: error.line,
                text: "not TOML: \(error.words); remove the file, it is written anew"
            )
        }
    }

    // MARK: Writing

    /// Changes keys of the file, mode 0600; all others stay as they are.
    ///
    /// A file that is no TOML is not written over: whoever made it so may want it back.
    func change(_ body: (TOMLTable) -> Void) throws(SettingsProblem) {
        if let failure = Configuration.makeFolder(Configuration.folder(of: path)) {
            throw SettingsProblem(path: path, text: "the folder cannot be made: \(failure.words)")
        }
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else {
            throw SettingsProblem(path: path, text: "cannot be locked: \(SystemFailure(errno).words)")
        }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw SettingsProblem(path: path, text: "cannot be locked: \(SystemFailure(errno).words)")
            }
        }
        let table = try read()
        body(table)
        let text = Self.note + table.convert(to: .toml) + "\n"
        if let failure = replace(with: text) {
            throw SettingsProblem(path: path, text: "cannot be written: \(failure.words)")
        }
    }

    private static let note = "# Written by worklist. Your own settings belong into config.toml.\n\n"

    /// The whole file at once: a crash leaves the old one or the new one.
    private func replace(with text: String) -> SystemFailure? {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return SystemFailure(errno) }
        let isWritten = FileWriter.writeAll(Array(text.utf8)[...], to: descriptor) && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard isWritten else {
            unlink(temporary)
            return SystemFailure(number)
        }
        guard rename(temporary, path) == 0 else {
            let number = errno
            unlink(temporary)
            return SystemFailure(number)
        }
        return nil
    }
}
