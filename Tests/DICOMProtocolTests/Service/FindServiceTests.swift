import DICOMData
import DICOMProtocol
import Testing

@Suite("C-FIND services")
struct FindServiceTests {
    @Test("the 21 SOP classes of the standard, each with a name and a UID of its own")
    func standard() {
        let services = FindService.standard
        #expect(services.count == 21)
        #expect(Set(services.map(\.sopClass)).count == 21)
        #expect(Set(services.map(\.name)).count == 21)
        #expect(Set(services.map(\.serviceClass)) == Set(ServiceClass.allCases))
        #expect(services.filter(\.isRetired).map(\.name) == ["patient-study"])
    }

    @Test("UIDs are those of the registry, and name what they are said to name")
    func registered() {
        for service in FindService.standard {
            guard let entry = UIDRegistry.entry(for: service.sopClass) else {
                Issue.record("\(service.sopClass) is not registered")
                continue
            }
            let first = service.title.split(whereSeparator: { " /-".contains($0) }).first ?? ""
            #expect(entry.name.contains(first), "\(service.name): \(entry.name)")
            #expect(entry.isRetired == service.isRetired, "\(service.name)")
        }
    }

    @Test("found by name and by UID")
    func lookup() {
        #expect(FindService.named("ups-pull")?.sopClass == "1.2.840.10008.5.1.4.34.6.3")
        #expect(FindService.of(sopClass: SOPClass.modalityWorklistFind)?.name == "worklist")
        #expect(FindService.named("no-such-model") == nil)
        #expect(FindService.of(sopClass: SOPClass.verification) == nil)
    }
}
