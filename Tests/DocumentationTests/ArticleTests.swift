import Foundation
import Testing

/// The articles of the documentation say what the code says.
@Suite("The articles", .serialized)
struct ArticleTests {
    @Test("The example programs stand in the articles word for word")
    func programs() async throws {
        var names: Set<String> = []
        for var article in try Article.all() {
            names.formUnion(article.parts.filter { $0.kind == "program" }.map(\.name))
            try await article.check("program") { try Repository.program($0) }
        }
        #expect(names == ["QueryClient", "QueryServer"])
    }

    @Test("Every other Swift listing is compiled and run with these tests")
    func snippets() async throws {
        for var article in try Article.all() {
            try await article.check("snippet") { try Repository.snippet($0) }
            let marked = article.parts.count { ["program", "snippet"].contains($0.kind) }
            #expect(article.swiftListingCount == marked, "\(article.name) has a Swift listing without a mark")
        }
    }

    @Test("Tables that could drift are what the code says")
    func tables() async throws {
        var names: Set<String> = []
        for var article in try Article.all() {
            names.formUnion(article.parts.filter { $0.kind == "table" }.map(\.name))
            try await article.check("table") { name in
                guard let table = Tables.all[name] else { throw Repository.Missing(what: "table \(name)") }
                return try table().text
            }
        }
        #expect(Set(Tables.all.keys).subtracting(names) == [], "tables that no article has")
    }

    @Test("What an observer is told in which order is as the article lists it")
    func observations() async throws {
        for var article in try Article.all() {
            try await article.check("text") { name in
                let lines = try await ObservationSnippets.summaries(of: name)
                return "```text\n" + lines.joined(separator: "\n") + "\n```"
            }
        }
    }

    @Test("Every mark is of a known kind, and is followed by its part")
    func marks() throws {
        for article in try Article.all() {
            for part in article.parts {
                #expect(["program", "snippet", "table", "text"].contains(part.kind), "\(article.name): \(part.kind)")
                #expect(!part.range.isEmpty, "\(article.name): nothing behind \(part.kind) \(part.name)")
            }
        }
    }
}
