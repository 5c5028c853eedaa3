import Foundation
import Testing

@testable import WorklistBrowser

@Suite("Nothing is drawn that no scene shows")
struct SceneCoverageTests {
    private static let sources = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/WorklistBrowser")

    /// The names of all screens and dialogs, as the sources declare them.
    private static func declared() throws -> Set<String> {
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var names: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /struct (\w+)\s*:\s*[\w\s,]*\bComponent\b/) { names.insert(String(match.1)) }
        }
        return names
    }

    private static let shown = ScreenScene.all.map { $0.make(.latin) }

    @Test("every screen and dialog of the sources is in a scene")
    func components() throws {
        let declared = try Self.declared()
        #expect(declared.count > 15, "the sources are not read as they are written: \(declared.sorted())")
        let shown = Set(Self.shown.flatMap { $0.overlays.map { String(describing: type(of: $0.component)) } })
        #expect(declared.subtracting(shown).sorted() == [])
    }

    @Test("every section of the keymap is in force in a scene, and each scene has a name of its own")
    func contexts() {
        let shown = Set(Self.shown.map(\.context))
        #expect(Set(KeyContext.allCases).subtracting(shown).map(\.rawValue).sorted() == [])
        #expect(Set(ScreenScene.all.map(\.name)).count == ScreenScene.all.count)
    }

    @Test("every golden belongs to a scene, and none is left of one that is gone")
    func files() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: SceneFile.folder.path)
        let screens = ScreenScene.all.flatMap { scene in ScreenTests.sizes.map { "\(scene.name)-\($0).txt" } }
        let wanted = Set(screens).union(["\(PlainTranscriptTests.file).txt"])
        let strays = Set(names).subtracting(wanted).sorted()
        if SceneFile.updates {
            for name in strays { try FileManager.default.removeItem(at: SceneFile.folder.appendingPathComponent(name)) }
            return
        }
        #expect(strays == [])
        #expect(Set(names).isSuperset(of: wanted))
    }
}
