import DICOMData
import Glibc
import Testing

@testable import WorklistServer

/// A folder of its own for a test, gone with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/worklist-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap(mkdtemp).map { String(cString: $0) }
        }
        path = try #require(made)
    }

    deinit {
        remove(path)
    }

    private func remove(_ path: String) {
        if unlink(path) == 0 { return }
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
        }
        rmdir(path)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = try #require(fopen(path + "/" + name, "w"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    func folder(_ name: String) {
        #expect(mkdir(path + "/" + name, 0o755) == 0)
    }

    func delete(_ name: String) {
        #expect(unlink(path + "/" + name) == 0)
    }

    /// Sets a file's time, so that a change shows whatever the clock's grain is.
    func touch(_ name: String, seconds: Int) {
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, path + "/" + name, &times, 0) == 0)
    }
}

@Suite("Worklist folders")
struct WorklistFolderTests {
    private func item(_ id: String, time: String = "0900", accession: String = "") throws -> DataSet {
        var item = DataSet()
        item.declare(.latin1)
        try item.set(.patientName, "Müller^Jörg")
        try item.set(.patientID, id)
        try item.set(.accessionNumber, accession)
        var step = DataSet(inheriting: .latin1)
        try step.set(.scheduledProcedureStepStartDate, "20260921")
        try step.set(.scheduledProcedureStepStartTime, time)
        item.setItems(.scheduledProcedureStepSequence, [step])
        return item
    }

    private func file(_ item: DataSet, _ syntax: TransferSyntax = .explicitVRLittleEndian) throws -> [UInt8] {
        try DICOMFile(dataSet: item, transferSyntax: syntax).encoded()
    }

    private func ids(_ source: WorklistFolder, _ title: String = "ANY") async throws -> [String]? {
        try await source.candidates(title)?.map { $0.string(.patientID) ?? "" }
    }

    @Test("Files with and without a preamble are read, in any transfer syntax, ordered by time and accession")
    func reads() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.wl", file(item("late", time: "1100")))
        try folder.write("b.wl", file(item("second", time: "0900", accession: "2"), .implicitVRLittleEndian))
        try folder.write("c.WL", item("first", time: "0900", accession: "1").encoded(.implicitVRLittleEndian))
        try folder.write("d.wl", item("early", time: "0800").encoded(.explicitVRLittleEndian))
        try folder.write("notes.txt", Array("no worklist file".utf8))
        try folder.write(".hidden.wl", [1, 2, 3])
        let source = WorklistFolder(path: folder.path)
        #expect(try await ids(source) == ["early", "first", "second", "late"])
        #expect(try await source.candidates("ANY")?.first?.string(.patientName) == "Müller^Jörg")
        #expect(source.problems().isEmpty)
    }

    @Test("A broken file is reported and left out; the others are served")
    func broken() async throws {
        let folder = try TemporaryFolder()
        try folder.write("good.wl", file(item("1")))
        try folder.write("bad.wl", Array("this is not DICOM at all".utf8))
        try folder.write("cut.wl", Array(file(item("2")).dropLast(7)))
        try folder.write("empty.wl", [])
        let source = WorklistFolder(path: folder.path)
        #expect(try await ids(source) == ["1"])
        #expect(source.problems().map { $0.file.split(separator: "/").last } == ["bad.wl", "cut.wl", "empty.wl"])
        #expect(source.problems().allSatisfy { !$0.reason.isEmpty })
        try folder.write("bad.wl", file(item("3", time: "1000")))
        #expect(try await ids(source) == ["1", "3"])
        #expect(source.problems().count == 2)
    }

    @Test("New, changed and deleted files show at the next query", arguments: [true, false])
    func changes(watches: Bool) async throws {
        let folder = try TemporaryFolder()
        let source = WorklistFolder(path: folder.path, watches: watches)
        #expect(try await ids(source) == [])
        try folder.write("a.wl", file(item("1")))
        #expect(try await ids(source) == ["1"])
        try folder.write("a.wl", file(item("2")))
        folder.touch("a.wl", seconds: 1_000_000)
        #expect(try await ids(source) == ["2"])
        try folder.write("b.wl", file(item("3", time: "1000")))
        #expect(try await ids(source) == ["2", "3"])
        folder.delete("a.wl")
        #expect(try await ids(source) == ["3"])
    }

    @Test("An unchanged file is not read again")
    func cached() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.wl", file(item("1")))
        folder.touch("a.wl", seconds: 1_000_000)
        let source = WorklistFolder(path: folder.path, watches: false)
        #expect(try await ids(source) == ["1"])
        // Same size, same time, same file: only a reader that looks inside could tell.
        try folder.write("a.wl", file(item("2")))
        folder.touch("a.wl", seconds: 1_000_000)
        #expect(try await ids(source) == ["1"])
    }

    @Test("A sub-folder serves the AE title of its name, exactly")
    func titles() async throws {
        let folder = try TemporaryFolder()
        folder.folder("RIS_A")
        folder.folder("RIS_B")
        try folder.write("RIS_A/a.wl", file(item("1")))
        try folder.write("RIS_B/b.wl", file(item("2")))
        let source = WorklistFolder(path: folder.path)
        #expect(try source.titles() == ["RIS_A", "RIS_B"])
        #expect(try await ids(source, "RIS_A") == ["1"])
        #expect(try await ids(source, "RIS_B") == ["2"])
        for title in [
            "RIS_C", "ris_a", "", ".", "..", "RIS_A/", "../" + (folder.path.split(separator: "/").last ?? ""),
            "RIS_A\0",
        ] {
            #expect(try await ids(source, title) == nil, "\(title)")
        }
        try folder.write("any.wl", file(item("3")))
        #expect(try await ids(source, "RIS_C") == ["3"])
        #expect(try await ids(source, "RIS_A") == ["1"])
    }

    @Test("A folder that is not there is an error in words")
    func missing() async throws {
        let source = WorklistFolder(path: "/tmp/worklist-test-no-such-folder")
        let error = await #expect(throws: WorklistSourceError.self) { try await source.candidates("X") }
        #expect(error?.description.contains("No such file or directory") == true)
    }

    @Test("A FIFO or a folder named like a worklist file does not hold up the others")
    func oddFiles() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.wl", file(item("1")))
        #expect(mkfifo(folder.path + "/pipe.wl", 0o600) == 0)
        folder.folder("folder.wl")
        #expect(symlink("/nowhere", folder.path + "/link.wl") == 0)
        #expect(try await ids(WorklistFolder(path: folder.path)) == ["1"])
    }

    @Test("A watched file that changes within a tick of the clock, and keeps its size, is read again")
    func sameStamp() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.wl", file(item("1")))
        folder.touch("a.wl", seconds: 1_000_000)
        let source = WorklistFolder(path: folder.path)
        #expect(try await ids(source) == ["1"])
        try folder.write("a.wl", file(item("2")))
        folder.touch("a.wl", seconds: 1_000_000)
        #expect(try await ids(source) == ["2"])
    }

    @Test("Sub-folders that come, go and come again are noticed")
    func folders() async throws {
        let folder = try TemporaryFolder()
        folder.folder("A")
        try folder.write("A/a.wl", file(item("1")))
        let source = WorklistFolder(path: folder.path)
        #expect(try await ids(source, "A") == ["1"])
        #expect(try await ids(source, "B") == nil)
        folder.folder("B")
        #expect(try await ids(source, "B") == [])
        try folder.write("B/b.wl", file(item("2")))
        #expect(try await ids(source, "B") == ["2"])
        folder.delete("B/b.wl")
        #expect(rmdir(folder.path + "/B") == 0)
        #expect(try await ids(source, "B") == nil)
        folder.folder("B")
        try folder.write("B/c.wl", file(item("3")))
        #expect(try await ids(source, "B") == ["3"])
    }

    @Test("A file that is half written is tried again before an answer goes without it")
    func halfWritten() async throws {
        let folder = try TemporaryFolder()
        let whole = try file(item("1"))
        try folder.write("a.wl", whole)
        // More patient than a server: the other half may be late on a busy machine.
        let source = WorklistFolder(
            path: folder.path,
            watches: true,
            patience: WorklistFolder.Patience(attempts: 3_000, seconds: 60)
        )
        #expect(try await ids(source) == ["1"])
        try folder.write("a.wl", Array(whole.prefix(200)))
        async let answer = ids(source)
        try await Task.sleep(for: .milliseconds(40))
        try folder.write("a.wl", whole)
        let found = try await answer
        // Its end removes the folder, and its last use is above: not before the answer.
        withExtendedLifetime(folder) { #expect(found == ["1"], "\(source.problems())") }
    }

    @Test("What a link points to may change unseen, and is looked at every time")
    func links() async throws {
        let folder = try TemporaryFolder()
        let other = try TemporaryFolder()
        try other.write("real", file(item("1")))
        #expect(symlink(other.path + "/real", folder.path + "/link.wl") == 0)
        let source = WorklistFolder(path: folder.path)
        #expect(try await ids(source) == ["1"])
        try other.write("real", file(item("2")))
        other.touch("real", seconds: 1_000_000)
        #expect(try await ids(source) == ["2"])
    }

    @Test("A broken file is told once, and again when it was written anew")
    func told() async throws {
        let folder = try TemporaryFolder()
        try folder.write("bad.wl", Array("this is not DICOM at all".utf8))
        folder.touch("bad.wl", seconds: 1_000_000)
        let source = WorklistFolder(path: folder.path)
        #expect(try await ids(source) == [])
        #expect(source.newProblems().count == 1)
        #expect(try await ids(source) == [])
        #expect(source.newProblems().isEmpty)
        try folder.write("bad.wl", Array("nor is this, which is longer".utf8))
        folder.touch("bad.wl", seconds: 1_000_001)
        #expect(try await ids(source) == [])
        #expect(source.newProblems().count == 1)
    }
}
