import DICOMData
import Testing

@Suite("Person names")
struct PersonNameTests {
    @Test("Groups and components are parted as PS3.5 6.2.1 says")
    func parts() {
        let name = PersonName(parsing: "Adams^John Robert Quincy^^Rev.^B.A. M.Div.")
        #expect(name.alphabetic.family == "Adams")
        #expect(name.alphabetic.given == "John Robert Quincy")
        #expect(name.alphabetic.middle == "")
        #expect(name.alphabetic.prefix == "Rev.")
        #expect(name.alphabetic.suffix == "B.A. M.Div.")
        #expect(name.ideographic.isEmpty && name.phonetic.isEmpty)
        #expect(name.formatted == "Adams, Rev. John Robert Quincy, B.A. M.Div.")
        let japanese = PersonName(parsing: "Yamada^Tarou=山田^太郎=やまだ^たろう")
        #expect(japanese.ideographic.given == "太郎")
        #expect(japanese.phonetic.family == "やまだ")
        #expect(japanese.formatted == "Yamada, Tarou")
        #expect(japanese.formatted(capitalFamily: true) == "YAMADA, Tarou")
    }

    @Test(
        "The DICOM form drops trailing delimiters and keeps all else",
        arguments: [
            ("Doe^Jane", "Doe^Jane"), ("Doe^^^^", "Doe"), ("Doe^Jane^^^=", "Doe^Jane"), ("=山田^太郎", "=山田^太郎"),
            ("", ""), ("^^^^", ""), ("==", ""), (" Doe ^ Jane ", "Doe^Jane"), ("A^B^C^D^E^F", "A^B^C^D^E^F"),
            ("A=B=C=D", "A=B=C=D"), ("^Jane", "^Jane"), ("Doe^\u{301}x", "Doe^\u{301}x"),
        ]
    )
    func description(text: String, form: String) {
        let name = PersonName(parsing: text)
        #expect(name.description == form)
        #expect(PersonName(parsing: name.description) == name)
    }

    @Test("The first group that is not empty is shown")
    func shown() {
        #expect(PersonName(parsing: "=山田^太郎").formatted == "山田, 太郎")
        #expect(PersonName(parsing: "").formatted == "")
        #expect(PersonName(parsing: "^Jane").formatted == "Jane")
        #expect(PersonName(parsing: "Doe").formatted == "Doe")
    }
}
