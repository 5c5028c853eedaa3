import Glibc
import Testing

@testable import Terminal

/// The text of a file; nil if it cannot be read.
func contents(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        if count == 0 { break }
        bytes += chunk.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// A folder that is gone after the test.
final class TemporaryFolder {
    struct Failure: Error {}
    let path: String
    private var names: [String] = []

    init() throws {
        var template = Array("/tmp/terminal-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure() }
        path = String(cString: made)
    }

    func write(_ name: String, _ text: String) throws {
        guard let file = fopen(path + "/" + name, "w") else { throw Failure() }
        names.append(name)
        fputs(text, file)
        fclose(file)
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }
}
