import DICOMData
import DICOMProtocol

/// Requests with defects, and what their sender receives.
extension RequestRow {
    static let all: [RequestRow] = elements + commands + contexts + identifiers + order + framing + lengths

    private static let worklist = SOPClass.modalityWorklistFind
    private static let identifier = HandlerRow.goodIdentifier
    private static let violation = [Wire.abort(source: 2, reason: 6)]

    /// The elements of a C-FIND-RQ, without some and with others instead.
    private static func find(
        without left: [UInt16] = [],
        with other: [(element: UInt16, value: [UInt8])] = [],
        _ dataSet: [UInt8]? = identifier,
        context: UInt8 = 1
    ) -> [UInt8] {
        var elements: [(element: UInt16, value: [UInt8])] = [
            (0x0002, RawSocket.uid(worklist)), (0x0100, RawSocket.two(0x0020)), (0x0110, RawSocket.two(3)),
            (0x0700, RawSocket.two(0)), (0x0800, RawSocket.two(dataSet == nil ? 0x0101 : 0x0001)),
        ]
        elements.removeAll { element in
            left.contains(element.element) || other.contains { $0.element == element.element }
        }
        elements = (elements + other).sorted { $0.element < $1.element }
        return RawSocket.message(raw: RawSocket.command(elements), dataSet, context: context)
    }

    /// To request 3, with what its responses have in common.
    private static func to3(_ wires: [Wire], _ sopClass: String? = worklist) -> [Wire] {
        wires.map { $0.to(3, sopClass) }
    }

    private static let served = to3([.match(3), .status(0)])

    /// With a Move Destination, which C-FIND does not have.
    private static let odd = RawSocket.command([
        (0x0002, RawSocket.uid(worklist)), (0x0100, RawSocket.two(0x0020)), (0x0110, RawSocket.two(3)),
        (0x0600, Array("ELSE".utf8)), (0x0800, RawSocket.two(1)),
    ])

    private static let elements: [RequestRow] = [
        RequestRow("nothing odd", sends: find(), gets: served, serving: [3]),
        RequestRow(
            "no identifier",
            sends: find(nil),
            gets: to3([.status(0xA900, comment: .some)])
        ),
        RequestRow("no Priority", sends: find(without: [0x0700]), gets: served, serving: [3]),
        RequestRow(
            "Priority 5",
            sends: find(with: [(0x0700, RawSocket.two(5))]),
            gets: to3([.refusal(0x0212)])
        ),
        RequestRow("no Message ID", sends: find(without: [0x0110]), gets: violation),
        RequestRow(
            "no Affected SOP Class UID",
            sends: find(without: [0x0002]),
            gets: to3([.refusal(0x0122)], nil)
        ),
        RequestRow(
            "an empty Affected SOP Class UID",
            sends: find(with: [(0x0002, [])]),
            gets: to3([.refusal(0x0122)], nil)
        ),
        RequestRow(
            "another Affected SOP Class UID than the context's",
            sends: find(with: [(0x0002, RawSocket.uid(SOPClass.studyRootFind))]),
            gets: to3([.refusal(0x0122)], SOPClass.studyRootFind)
        ),
        RequestRow(
            "an Affected SOP Class UID that is none",
            sends: find(with: [(0x0002, Array("no UID".utf8))]),
            gets: to3([.refusal(0x0122)], "no UID")
        ),
        RequestRow("no Command Data Set Type", sends: find(without: [0x0800], nil), gets: violation),
        RequestRow("no Command Field", sends: find(without: [0x0100], nil), gets: violation),
        RequestRow("Message ID of one byte", sends: find(with: [(0x0110, [3])]), gets: violation),
        RequestRow(
            "a Command Data Set Type other than 0001 and 0101",
            sends: find(with: [(0x0800, RawSocket.two(0x0000))]),
            gets: served,
            serving: [3]
        ),
        RequestRow(
            "a wrong group length, and elements that C-FIND does not have",
            sends: RawSocket.message(raw: [0, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4] + odd.dropFirst(12), identifier),
            gets: served,
            serving: [3]
        ),
    ]

    /// A request of another service.
    private static func request(
        _ field: UInt16,
        _ sopClass: String? = worklist,
        requested: Bool = false,
        dataSet: [UInt8]? = identifier,
        context: UInt8 = 1
    ) -> [UInt8] {
        var elements: [(element: UInt16, value: [UInt8])] = []
        if let sopClass { elements.append((requested ? 0x0003 : 0x0002, RawSocket.uid(sopClass))) }
        elements.append((0x0100, RawSocket.two(field)))
        elements.append((0x0110, RawSocket.two(3)))
        elements.append((0x0800, RawSocket.two(dataSet == nil ? 0x0101 : 0x0001)))
        return RawSocket.message(raw: RawSocket.command(elements), dataSet, context: context)
    }

    private static func unrecognized(
        _ name: String,
        _ field: UInt16,
        requested: Bool = false,
        dataSet: [UInt8]? = identifier
    ) -> RequestRow {
        RequestRow(
            name,
            sends: request(field, requested: requested, dataSet: dataSet),
            gets: to3([.answer(field | 0x8000, 0x0211)], requested ? nil : worklist)
        )
    }

    private static let commands: [RequestRow] = [
        unrecognized("C-STORE", 0x0001),
        unrecognized("C-GET", 0x0010),
        unrecognized("C-MOVE", 0x0021),
        unrecognized("C-GET without an identifier", 0x0010, dataSet: nil),
        unrecognized("N-EVENT-REPORT", 0x0100),
        unrecognized("N-GET", 0x0110, requested: true, dataSet: nil),
        unrecognized("N-SET", 0x0120, requested: true),
        unrecognized("N-ACTION", 0x0130, requested: true),
        unrecognized("N-CREATE", 0x0140),
        unrecognized("N-DELETE", 0x0150, requested: true, dataSet: nil),
        unrecognized("a command field that is none", 0x0999, dataSet: nil),
        RequestRow(
            "a command set that is none",
            sends: RawSocket.message(raw: Array(repeating: 0xAA, count: 40)),
            gets: violation
        ),
        RequestRow("an empty command set", sends: RawSocket.message(raw: []), gets: violation),
        RequestRow(
            "a command set that ends within an element",
            sends: RawSocket.message(raw: Array(RawSocket.command([(0x0100, RawSocket.two(0x20))]).dropLast())),
            gets: violation
        ),
        RequestRow(
            "an element outside the command group",
            sends: RawSocket.message(raw: RawSocket.command([(0x0100, RawSocket.two(0x20))]) + identifier),
            gets: violation
        ),
        RequestRow(
            "C-ECHO of the worklist class on its context",
            sends: request(0x0030, dataSet: nil),
            gets: to3([.answer(0x8030, 0x0122)])
        ),
        RequestRow(
            "C-ECHO of the worklist class on the Verification context",
            sends: request(0x0030, dataSet: nil, context: 3),
            gets: to3([.answer(0x8030, 0x0122)])
        ),
        RequestRow(
            "C-ECHO of Verification on the worklist context",
            sends: request(0x0030, SOPClass.verification, dataSet: nil),
            gets: to3([.answer(0x8030, 0x0122)], SOPClass.verification)
        ),
        RequestRow(
            "C-FIND-RSP that nobody asked for",
            sends: RawSocket.response(3, 0xFF00, identifier) + RawSocket.response(3, 0x0000),
            gets: []
        ),
        RequestRow(
            "C-ECHO-RSP and C-STORE-RSP that nobody asked for",
            sends: RawSocket.message(CommandSet(field: 0x8030, messageIDBeingRespondedTo: 3, status: .success))
                + RawSocket.message(CommandSet(field: 0x8001, messageIDBeingRespondedTo: 3, status: .success)),
            gets: []
        ),
        RequestRow(
            "eleven C-CANCEL-RQ with nothing to cancel",
            sends: (1...11).flatMap { RawSocket.cancelRequest($0) },
            gets: []
        ),
        RequestRow(
            "C-CANCEL-RQ that names no request",
            sends: RawSocket.message(CommandSet(field: CommandField.cancelRequest)),
            gets: []
        ),
    ]

    private static let contexts: [RequestRow] = [
        RequestRow("a context that was not accepted", sends: find(context: 7), gets: violation),
        RequestRow("an even context ID", sends: find(context: 2), gets: violation),
        RequestRow("context ID 0", sends: find(context: 0), gets: violation),
        RequestRow(
            "C-FIND of the worklist class on the Verification context",
            sends: find(context: 3),
            gets: to3([.refusal(0x0122)])
        ),
        RequestRow(
            "C-FIND of the Verification class on its context",
            sends: find(with: [(0x0002, RawSocket.uid(SOPClass.verification))], context: 3),
            gets: to3([.refusal(0x0122)], SOPClass.verification)
        ),
    ]

    private static let identifiers: [RequestRow] = [
        RequestRow(
            "an identifier that is cut off, looked at",
            handling: .decoding,
            sends: find(HandlerRow.truncatedIdentifier),
            gets: to3([.status(0xC310, comment: .some)]),
            serving: [3]
        ),
        RequestRow(
            "an identifier that is cut off, not looked at",
            sends: find(HandlerRow.truncatedIdentifier),
            gets: served,
            serving: [3]
        ),
        RequestRow("an identifier of no bytes", handling: .decoding, sends: find([]), gets: served, serving: [3]),
    ]

    private static let order: [RequestRow] = [
        RequestRow(
            "a second request while the first is under way",
            sends: RawSocket.findRequest(3) + RawSocket.findRequest(4) + RawSocket.findRequest(5),
            gets: ([3, 4, 5] as [UInt16]).flatMap { id in
                [Wire.match(Int(id)), .status(0)].map { $0.to(id, worklist) }
            },
            serving: [3, 4, 5]
        )
    ]

    private static let whole = find()

    private static let framing: [RequestRow] = [
        RequestRow("a PDU longer than we announced", sends: RawSocket.pdu(4, [], claiming: 200_000), gets: violation),
        RequestRow("a PDU that claims 4 GB", sends: RawSocket.pdu(4, [], claiming: .max), gets: violation),
        RequestRow("an A-ABORT that claims 4 GB", sends: RawSocket.pdu(7, [], claiming: .max), gets: violation),
        RequestRow("a P-DATA-TF without values", sends: RawSocket.pdu(4, []), gets: violation),
        RequestRow(
            "a value that claims more than its PDU holds",
            sends: RawSocket.pdu(4, [0, 0, 0, 100, 1, 3, 0, 0]),
            gets: violation
        ),
        RequestRow("a value too short for its header", sends: RawSocket.pdu(4, [0, 0, 0, 1, 1]), gets: violation),
        RequestRow("a PDU type that is none", sends: RawSocket.pdu(8, []), gets: [.abort(source: 2, reason: 1)]),
        RequestRow(
            "a second A-ASSOCIATE-RQ",
            sends: RawSocket.pdu(1, associateRequest),
            gets: [.abort(source: 2, reason: 2)]
        ),
        RequestRow(
            "an A-RELEASE-RP that nobody asked for",
            sends: RawSocket.releaseResponse,
            gets: [.abort(source: 2, reason: 2)]
        ),
        RequestRow(
            "a data set without a command",
            sends: RawSocket.pdu(4, RawSocket.value(2, identifier)),
            gets: [.abort(source: 2, reason: 5)]
        ),
        RequestRow(
            "a command where a data set was announced",
            sends: RawSocket.message(raw: findCommand) + RawSocket.echoRequest(4, context: 1),
            gets: [.abort(source: 2, reason: 5)]
        ),
        RequestRow(
            "half a PDU, then silence",
            timeouts: .init(partialPDU: 0.2),
            sends: Array(whole.prefix(40)),
            gets: [.abort(source: 0, reason: 0)]
        ),
        RequestRow(
            "half a PDU header, then silence",
            timeouts: .init(partialPDU: 0.2),
            sends: Array(whole.prefix(3)),
            gets: [.abort(source: 0, reason: 0)]
        ),
        RequestRow(
            "command and identifier in one PDU",
            sends: RawSocket.pdu(4, RawSocket.value(3, findCommand) + RawSocket.value(2, identifier)),
            gets: served,
            serving: [3]
        ),
        RequestRow(
            "command and identifier in fragments of one byte, some of them empty",
            sends: crumbs,
            gets: served,
            serving: [3]
        ),
    ]

    /// A request in the smallest pieces there are.
    private static var crumbs: [UInt8] {
        var bytes: [UInt8] = []
        for byte in findCommand.dropLast() { bytes += RawSocket.pdu(4, RawSocket.value(1, [byte])) }
        bytes += RawSocket.pdu(4, RawSocket.value(1, []) + RawSocket.value(3, findCommand.suffix(1)))
        for byte in identifier { bytes += RawSocket.pdu(4, RawSocket.value(0, [byte])) }
        return bytes + RawSocket.pdu(4, RawSocket.value(2, []))
    }

    private static let findCommand = RawSocket.command([
        (0x0002, RawSocket.uid(worklist)), (0x0100, RawSocket.two(0x0020)), (0x0110, RawSocket.two(3)),
        (0x0700, RawSocket.two(0)), (0x0800, RawSocket.two(1)),
    ])

    private static var associateRequest: [UInt8] {
        guard let calling = try? AETitle("RAW"), let called = try? AETitle("SERVER") else { return [] }
        var proposal = AssociationProposal(calling: calling, called: called)
        _ = try? proposal.propose(worklist, transferSyntaxes: [RawSocket.syntax.uid])
        return Array((try? proposal.request.encode())?.dropFirst(6) ?? [])
    }

    private static func announcing(_ length: UInt32?, _ name: String, gets expected: [Wire]) -> RequestRow {
        let isServed = expected.count > 1
        return RequestRow(
            name,
            announcing: length,
            sends: find(),
            gets: expected,
            serving: isServed ? [3] : []
        )
    }

    private static let lengths: [RequestRow] = [
        announcing(6, "a maximum length of 6", gets: violation),
        announcing(7, "a maximum length of 7", gets: violation),
        announcing(8, "a maximum length of 8", gets: served),
        announcing(9, "a maximum length of 9", gets: served),
        announcing(0, "a maximum length of 0, unlimited", gets: served),
        announcing(nil, "no maximum length at all", gets: served),
        announcing(.max, "a maximum length of 4 GB", gets: served),
    ]
}
