import DICOMData
import DICOMNetwork
import DICOMProtocol

/// What handlers do, and what the peer receives, where every service class has the same rules.
extension HandlerRow {
    static let common: [HandlerRow] = endings + finals + matches + defects + words + dataSets + aborts

    private static let endings: [HandlerRow] = [
        HandlerRow("no handler is bound", nil, gives: [.status(0xC311, comment: .some)]),
        HandlerRow(
            "the handler throws before it yields anything",
            [.fail],
            gives: [.status(0xC311, comment: .some)]
        ),
        HandlerRow(
            "the handler throws before there is anything to iterate",
            [.match(1)],
            failsToBegin: true,
            gives: [.status(0xC311, comment: .some)]
        ),
        HandlerRow(
            "the handler throws after three matches",
            [.match(1), .match(2), .match(3), .fail],
            gives: [.match(1), .match(2), .match(3), .status(0xC311, comment: .some)]
        ),
        HandlerRow(
            "the handler throws CancellationError although nobody cancelled",
            [.match(1), .failAsCancelled],
            gives: [.match(1), .status(0xC311, comment: .some)]
        ),
        HandlerRow("the handler yields nothing", [], gives: [.status(0x0000)]),
        HandlerRow(
            "the handler ends without a final status",
            [.match(1), .match(2)],
            gives: [.match(1), .match(2), .status(0x0000)]
        ),
    ]

    private static let finals: [HandlerRow] = [
        HandlerRow("Success", [.status(0x0000)], gives: [.status(0x0000)]),
        HandlerRow(
            "matches, then Success",
            [.match(1), .match(2), .match(3), .status(0x0000)],
            gives: [.match(1), .match(2), .match(3), .status(0x0000)]
        ),
        HandlerRow(
            "Success with an identifier, and a match behind it",
            [.match(1), .match(9, 0x0000), .match(2)],
            gives: [.match(1), .status(0x0000)]
        ),
        HandlerRow(
            "Success, and a failure behind it",
            [.status(0x0000), .status(0xA700), .fail],
            gives: [.status(0x0000)]
        ),
        HandlerRow("Failure A700", [.status(0xA700)], gives: [.status(0xA700)]),
        HandlerRow(
            "Failure A700 with an identifier, and a match behind it",
            [.match(1), .match(9, 0xA700), .match(2)],
            gives: [.match(1), .status(0xA700)]
        ),
        HandlerRow("Failure A900", [.match(1), .status(0xA900)], gives: [.match(1), .status(0xA900)]),
        HandlerRow("Failure C000 and its like", [.status(0xC0DE)], gives: [.status(0xC0DE)]),
        HandlerRow(
            "C310, C311 or C312 of the handler's own",
            [.status(0xC310), .status(0xC311)],
            gives: [.status(0xC310)]
        ),
        HandlerRow("a general failure of PS3.7", [.status(0x0124)], gives: [.status(0x0124)]),
        HandlerRow(
            "FE00 although nobody cancelled",
            [.match(1), .status(0xFE00), .match(2)],
            gives: [.match(1), .status(0xFE00)]
        ),
        HandlerRow(
            "FE00 with an identifier",
            [.match(1), .match(2), .match(3), .match(9, 0xFE00)],
            gives: [.match(1), .match(2), .match(3), .status(0xFE00)]
        ),
        HandlerRow(
            "Warning B001 with an identifier, and a match behind it",
            [.match(1), .match(9, 0xB001), .match(2)],
            gives: [.match(1), .status(0xB001)]
        ),
        HandlerRow("Warning 0107", [.status(0x0107), .match(1)], gives: [.status(0x0107)]),
        HandlerRow("Warning 0116", [.match(1), .status(0x0116)], gives: [.match(1), .status(0x0116)]),
        HandlerRow("status 0001", [.status(0x0001), .match(1)], gives: [.status(0x0001)]),
        HandlerRow(
            "a status that no table has, FFF0",
            [.match(1), .match(9, 0xFFF0), .match(2)],
            gives: [.match(1), .status(0xFFF0)]
        ),
        HandlerRow("a status that no table has, 1234", [.status(0x1234), .fail], gives: [.status(0x1234)]),
    ]

    private static let matches: [HandlerRow] = [
        HandlerRow("FF01 with an identifier", [.match(1, 0xFF01)], gives: [.match(1, 0xFF01), .status(0x0000)]),
        HandlerRow(
            "FF01, then Success, and a match behind it",
            [.match(1, 0xFF01), .status(0x0000), .match(2)],
            gives: [.match(1, 0xFF01), .status(0x0000)]
        ),
        HandlerRow(
            "FF00 and FF01 mixed",
            [.match(1), .match(2, 0xFF01), .match(3), .match(4, 0xFF01)],
            gives: [.match(1), .match(2, 0xFF01), .match(3), .match(4, 0xFF01), .status(0x0000)]
        ),
    ]

    /// Sequences within sequences, deeper than is written.
    private static var unencodable: DataSet {
        var nested = DataSet()
        for _ in 0...DataSetLimits.maximumDepth {
            var outer = DataSet()
            outer.setItems(.scheduledProcedureStepSequence, [nested])
            nested = outer
        }
        return nested
    }

    private static let defects: [HandlerRow] = [
        HandlerRow("Pending without an identifier", [.status(0xFF00)], gives: [.status(0xC312, comment: .some)]),
        HandlerRow(
            "Pending without an identifier, behind and before matches",
            [.match(1), .status(0xFF00), .match(2)],
            gives: [.match(1), .status(0xC312, comment: .some)]
        ),
        HandlerRow(
            "FF01 without an identifier",
            [.status(0xFF01), .match(2)],
            gives: [.status(0xC312, comment: .some)]
        ),
        HandlerRow(
            "Pending with an empty identifier",
            [.match(1), .identifier(DataSet()), .match(2)],
            gives: [.match(1), .status(0xC312, comment: .some)]
        ),
        HandlerRow(
            "Pending with an identifier that cannot be encoded",
            [.match(1), .identifier(unencodable), .match(2)],
            gives: [.match(1), .status(0xC312, comment: .some)]
        ),
        HandlerRow(
            "the identifier cannot be decoded, and the handler lets the error through",
            [.decode, .match(1)],
            identifier: truncatedIdentifier,
            gives: [.status(0xC310, comment: .some)]
        ),
        HandlerRow(
            "the identifier cannot be decoded, seen after a match",
            [.match(1), .decode, .match(2)],
            identifier: truncatedIdentifier,
            gives: [.match(1), .status(0xC310, comment: .some)]
        ),
        HandlerRow(
            "the identifier cannot be decoded, and the handler has an answer of its own",
            [.decodeOrRefuse, .match(1)],
            identifier: truncatedIdentifier,
            gives: [.status(0xA900)]
        ),
        HandlerRow(
            "the identifier cannot be decoded, and the handler does not look",
            [.match(1)],
            identifier: truncatedIdentifier,
            gives: [.match(1), .status(0x0000)]
        ),
        HandlerRow(
            "the request's data set is empty",
            [.decode, .match(1)],
            identifier: [],
            gives: [.match(1), .status(0x0000)]
        ),
    ]

    private static let long = String(repeating: "long ", count: 20)

    private static let words: [HandlerRow] = [
        HandlerRow(
            "a failure with error comment and offending elements",
            [.reply(0xA900, comment: "no such level", offending: [AttributeTag.patientID, AttributeTag.modality])],
            gives: [
                .status(
                    0xA900,
                    comment: .text("no such level"),
                    offending: [AttributeTag.patientID, AttributeTag.modality]
                )
            ]
        ),
        HandlerRow(
            "Success with an error comment",
            [.reply(0x0000, comment: "all there is")],
            gives: [.status(0x0000, comment: .text("all there is"))]
        ),
        HandlerRow(
            "an error comment of 100 characters",
            [.reply(0xC001, comment: long)],
            gives: [.status(0xC001, comment: .text(String(long.prefix(64))))]
        ),
        HandlerRow(
            "an error comment with characters that VR LO cannot hold",
            [.reply(0xC001, comment: "a\\b\nc\u{E9}d")],
            gives: [.status(0xC001, comment: .text("a_b_c_d"))]
        ),
        HandlerRow(
            "a comment on one match, and none on the next and the end",
            [
                .reply(0xFF01, 1, comment: "unsupported", offending: [AttributeTag.patientID]), .match(2, 0xFF01),
                .match(3),
            ],
            gives: [
                .match(1, 0xFF01, comment: .text("unsupported"), offending: [AttributeTag.patientID]),
                .match(2, 0xFF01),
                .match(3), .status(0x0000),
            ]
        ),
        HandlerRow(
            "a comment on one match, another on the next, and none on a failure",
            [.reply(0xFF00, 1, comment: "one"), .reply(0xFF00, 2, comment: "two"), .status(0xA700)],
            gives: [.match(1, comment: .text("one")), .match(2, comment: .text("two")), .status(0xA700)]
        ),
        HandlerRow(
            "a comment on a match, and a handler that throws",
            [.reply(0xFF00, 1, comment: "one", offending: [AttributeTag.patientID]), .fail],
            gives: [
                .match(1, comment: .text("one"), offending: [AttributeTag.patientID]), .status(0xC311, comment: .some),
            ]
        ),
    ]

    /// A status as a data set of command elements.
    private static func reply(_ elements: [(element: UInt16, bytes: [UInt8])]) -> HandlerStep {
        var dataSet = DataSet()
        for (element, bytes) in elements {
            let vr: VR = element == 0x0902 ? .LO : element == 0x0901 ? .AT : .US
            dataSet.set(DataElement(tag: AttributeTag(0, element), vr: vr, bytes: bytes))
        }
        return .send(FindResponse(StatusReply(dataSet)))
    }

    private static let dataSets: [HandlerRow] = [
        HandlerRow(
            "a status data set with comment and offending elements",
            [
                reply([
                    (0x0900, [0x00, 0xA9]), (0x0901, [0x10, 0, 0x20, 0]), (0x0902, Array("bad level ".utf8)),
                ])
            ],
            gives: [.status(0xA900, comment: .text("bad level"), offending: [AttributeTag.patientID])]
        ),
        HandlerRow(
            "a status data set that names another message ID, another SOP class and unknown elements",
            [
                reply([
                    (0x0002, Array("1.2.3 ".utf8)), (0x0120, [99, 0]), (0x0800, [1, 0]), (0x0900, [0x00, 0xA7]),
                    (0x1234, [1, 2]),
                ])
            ],
            gives: [.status(0xA700)]
        ),
        HandlerRow(
            "a status data set without Status",
            [.match(1), reply([(0x0902, Array("words".utf8))]), .match(2)],
            gives: [.match(1), .status(0xC001, comment: .maybe)]
        ),
    ]

    private static let aborts: [HandlerRow] = [
        HandlerRow(
            "the handler aborts before it yields a match",
            [.abort, .match(1), .status(0x0000)],
            gives: [.abort(source: 0, reason: 0)]
        ),
        HandlerRow("the handler aborts and yields nothing", [.abort], gives: [.abort(source: 0, reason: 0)]),
        HandlerRow(
            "the handler aborts and throws",
            [.match(1), .abort, .fail],
            gives: [.match(1), .abort(source: 0, reason: 0)]
        ),
        HandlerRow(
            "the handler aborts between two matches",
            [.match(1), .abort, .match(2), .status(0x0000)],
            gives: [.match(1), .abort(source: 0, reason: 0)]
        ),
        HandlerRow(
            "the handler aborts after its last match",
            [.match(1), .match(2), .abort],
            gives: [.match(1), .match(2), .abort(source: 0, reason: 0)]
        ),
    ]
}

/// Service classes with rules of their own.
extension HandlerRow {
    /// Relevant Patient Information (PS3.4 annex Q): one match, or C100.
    static let relevantPatient: [HandlerRow] = [
        HandlerRow("no handler is bound", nil, gives: [.status(0xC311, comment: .some)]),
        HandlerRow("no match", [], gives: [.status(0x0000)]),
        HandlerRow("one match", [.match(1)], gives: [.match(1), .status(0x0000)]),
        HandlerRow(
            "one match, then Success with an identifier",
            [.match(1), .match(9, 0x0000)],
            gives: [.match(1), .status(0x0000)]
        ),
        HandlerRow("one match, then a failure", [.match(1), .status(0xA700)], gives: [.status(0xA700)]),
        HandlerRow("one match, then FE00", [.match(1), .status(0xFE00)], gives: [.status(0xFE00)]),
        HandlerRow(
            "one match, and the handler throws",
            [.match(1), .fail],
            gives: [.status(0xC311, comment: .some)]
        ),
        HandlerRow(
            "one match, and one without an identifier",
            [.match(1), .status(0xFF00)],
            gives: [.status(0xC312, comment: .some)]
        ),
        HandlerRow("one match, and an abort", [.match(1), .abort], gives: [.abort(source: 0, reason: 0)]),
        HandlerRow("one match with FF01", [.match(1, 0xFF01)], gives: [.match(1), .status(0x0000)]),
        HandlerRow("two matches", [.match(1), .match(2)], gives: [.status(0xC100, comment: .maybe)]),
        HandlerRow(
            "three matches, then Success",
            [.match(1), .match(2), .match(3), .status(0x0000)],
            gives: [.status(0xC100, comment: .maybe)]
        ),
        HandlerRow("C100 of the handler's own", [.status(0xC100)], gives: [.status(0xC100)]),
        HandlerRow("the template is not supported, C200", [.status(0xC200)], gives: [.status(0xC200)]),
        HandlerRow("Failure A700", [.status(0xA700), .match(1)], gives: [.status(0xA700)]),
        HandlerRow("FE00", [.status(0xFE00), .match(1)], gives: [.status(0xFE00)]),
        HandlerRow("Success", [.status(0x0000), .match(1)], gives: [.status(0x0000)]),
        HandlerRow("a status that no table has, FFF0", [.status(0xFFF0)], gives: [.status(0xFFF0)]),
        HandlerRow("the handler throws", [.fail], gives: [.status(0xC311, comment: .some)]),
        HandlerRow(
            "the handler throws before there is anything to iterate",
            [],
            failsToBegin: true,
            gives: [.status(0xC311, comment: .some)]
        ),
        HandlerRow("Pending without an identifier", [.status(0xFF00)], gives: [.status(0xC312, comment: .some)]),
        HandlerRow(
            "the identifier cannot be decoded, and the handler lets the error through",
            [.decode, .match(1)],
            identifier: truncatedIdentifier,
            gives: [.status(0xC310, comment: .some)]
        ),
        HandlerRow(
            "a failure with error comment and offending elements",
            [.reply(0xA900, comment: "no such template", offending: [AttributeTag.patientID])],
            gives: [.status(0xA900, comment: .text("no such template"), offending: [AttributeTag.patientID])]
        ),
        HandlerRow(
            "the handler aborts before it yields a match",
            [.abort, .match(1)],
            gives: [.abort(source: 0, reason: 0)]
        ),
        HandlerRow("the handler aborts and yields nothing", [.abort], gives: [.abort(source: 0, reason: 0)]),
    ]

    /// Repository Query: B001 says that the list is cut, not that it is over (PS3.4 C.6.4).
    static let repository: [HandlerRow] = [
        HandlerRow(
            "FF01, B001, Success",
            [.match(1, 0xFF01), .status(0xB001), .status(0x0000)],
            gives: [.match(1, 0xFF01), .status(0xB001), .status(0x0000)]
        ),
        HandlerRow(
            "B001, and the handler ends",
            [.match(1), .status(0xB001)],
            gives: [.match(1), .status(0xB001), .status(0x0000)]
        ),
        HandlerRow(
            "B001 with an identifier, and the handler ends",
            [.match(1), .match(9, 0xB001)],
            gives: [.match(1), .status(0xB001), .status(0x0000)]
        ),
        HandlerRow(
            "B001, and the handler throws",
            [.match(1), .status(0xB001), .fail],
            gives: [.match(1), .status(0xB001), .status(0xC311, comment: .some)]
        ),
        HandlerRow("no B001", [.match(1)], gives: [.match(1), .status(0x0000)]),
        HandlerRow(
            "another Warning, 0107",
            [.match(1), .status(0x0107), .match(2)],
            gives: [.match(1), .status(0x0107)]
        ),
    ]
}
