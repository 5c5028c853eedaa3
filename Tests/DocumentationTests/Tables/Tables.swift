import DICOMData
import DICOMNetwork
import DICOMProtocol

/// The tables of the documentation that could drift away from the code: made from the code.
enum Tables {
    static let all: [String: @Sendable () throws -> MarkdownTable] = [
        "sop-classes": sopClasses,
        "service-classes": serviceClasses,
        "transfer-syntaxes": transferSyntaxes,
        "statuses-general": { statuses(.general) },
        "statuses-query": { statuses(.query, without: .general) },
        "statuses-repository": { statuses(.repository, without: .query) },
        "statuses-relevant-patient": { statuses(.relevantPatient, without: .general) },
        "statuses-procedure-step": { statuses(.unifiedProcedureStep, without: .general) },
        "statuses-sent": statusesSent,
        "rejections": rejections,
        "access-checks": { try accessChecks() },
        "context-results": contextResults,
        "abort-reasons": abortReasons,
        "time-outs": timeouts,
        "limits": limits,
        "query-options": queryOptions,
        "character-sets": characterSets,
        "user-identities": userIdentities,
        "implementation": implementation,
        "settings": settings,
        "worklist-keys": worklistKeys,
        "tls-profiles": tlsProfiles,
    ]

    // MARK: Services

    private static func sopClasses() -> MarkdownTable {
        var table = MarkdownTable("SOP class", "UID", "Name here", "SCU", "SCP")
        let verification = UIDRegistry.name(of: SOPClass.verification) ?? ""
        table.rows.append([verification, code(SOPClass.verification), "", "C-ECHO", "C-ECHO"])
        for service in FindService.standard {
            let name = UIDRegistry.name(of: service.sopClass) ?? service.title
            table.rows.append([name, code(service.sopClass), code(service.name), "C-FIND", "C-FIND"])
        }
        return table
    }

    private static func serviceClasses() -> MarkdownTable {
        var table = MarkdownTable(
            "Service class",
            "SOP classes",
            "Pending",
            "Most matches",
            "Statuses",
            "Query options"
        )
        for serviceClass in ServiceClass.allCases {
            let services = FindService.standard.filter { $0.serviceClass == serviceClass }
            var kinds: [(rules: FindRules, statuses: StatusTable, services: [FindService])] = []
            for service in services {
                if let same = kinds.firstIndex(where: { $0.rules == service.rules && $0.statuses == service.statuses })
                {
                    kinds[same].services.append(service)
                } else {
                    kinds.append((service.rules, service.statuses, [service]))
                }
            }
            for kind in kinds {
                var pending: [String] = []
                if kind.rules.isPending(.pending) { pending.append("FF00") }
                if kind.rules.isPending(.pendingWithUnsupportedKeys) { pending.append("FF01") }
                table.rows.append([
                    serviceClass.rawValue,
                    kind.services.map { code($0.name) }.joined(separator: ", "),
                    pending.joined(separator: ", "),
                    kind.rules.maximumMatches.map { "\($0), else \(kind.rules.tooManyMatches ?? .unableToProcess)" }
                        ?? "any number",
                    name(of: kind.statuses),
                    serviceClass.queryOptionsLayout.map { $0 == .worklist ? "worklist" : "query/retrieve" } ?? "none",
                ])
            }
        }
        return table
    }

    private static func name(of table: StatusTable) -> String {
        switch table {
        case .query: "query"
        case .repository: "repository"
        case .relevantPatient: "relevant patient"
        case .unifiedProcedureStep: "procedure step"
        default: "\(table.codeCount) codes of its own"
        }
    }

    private static func transferSyntaxes() -> MarkdownTable {
        let proposed = AssociationConfiguration(
            host: "",
            port: 1,
            calledAETitle: "",
            callingAETitle: "",
            sopClasses: []
        ).transferSyntaxes
        let accepted = ServerConfiguration.policy(sopClasses: []).supported.first?.transferSyntaxes ?? []
        var table = MarkdownTable("Transfer syntax", "UID", "Proposed by default", "Accepted by default")
        for syntax in TransferSyntax.supported {
            table.rows.append([
                syntax.name, code(syntax.uid),
                proposed.firstIndex(of: syntax).map { "as number \($0 + 1)" } ?? "no",
                accepted.firstIndex(of: syntax.uid).map { "as choice \($0 + 1)" } ?? "no",
            ])
        }
        return table
    }

    // MARK: Statuses

    /// The rows of a table, without those that another one has word for word.
    private static func statuses(_ table: StatusTable, without other: StatusTable? = nil) -> MarkdownTable {
        let known = Set(other?.rows ?? [])
        return MarkdownTable(
            "Status",
            "Category",
            "Meaning",
            rows: table.rows.filter { !known.contains($0) }.map { row in
                let (first, last) = (Status(row.codes.lowerBound), Status(row.codes.upperBound))
                return [first == last ? "\(first)" : "\(first) to \(last)", row.category.rawValue, row.meaning]
            }
        )
    }

    /// What a server says by itself; where, is what its tests prove.
    private static func statusesSent() -> MarkdownTable {
        let rows: [(Status, String)] = [
            (.success, "the handler ended without a final status"),
            (.cancel, "the handler ended after a C-CANCEL without a final status"),
            (.sopClassNotSupported, "the SOP class of the request does not fit its context, or is not served"),
            (.duplicateInvocation, "the message ID is that of a request under way"),
            (.unrecognizedOperation, "a command other than C-FIND, C-CANCEL and C-ECHO"),
            (.mistypedArgument, "a priority other than 0, 1 and 2"),
            (.identifierDoesNotMatch, "a C-FIND without an identifier"),
            (.outOfResources, "more than 256 requests of one association under way or in line"),
            (.statusMissing, "the handler answered with a status data set without (0000,0900)"),
            (.identifierNotDecodable, "the identifier does not decode, and the handler let that error through"),
            (.handlerFailed, "no handler is bound, or the handler threw"),
            (.identifierNotEncodable, "a match without an identifier, or with one that cannot be encoded"),
            (.moreThanOneMatch, "a second match of a Relevant Patient Information query"),
            (.processingFailure, "the C-ECHO handler threw"),
        ]
        return MarkdownTable("Status", "When", rows: rows.map { ["\($0)", $1] })
    }

    // MARK: The upper layer

    private static func rejections() -> MarkdownTable {
        let all: [AssociateReject] = [
            .noReason, .applicationContextNotSupported, .callingAETitleNotRecognized, .calledAETitleNotRecognized,
            .userIdentityRefused, .protocolVersionNotSupported, .temporaryCongestion, .localLimitExceeded,
        ]
        return MarkdownTable(
            "Result/source/reason",
            "Result",
            "As a client says it",
            rows: all.map { reject in
                [digits(reject), reject.result.description, reject.explanation]
            }
        )
    }

    static func digits(_ reject: AssociateReject) -> String {
        "\(reject.result.rawValue)/\(reject.source.rawValue)/\(reject.reason)"
    }

    private static func contextResults() -> MarkdownTable {
        let rows: [(ContextResult, String)] = [
            (.acceptance, "the context can be used"),
            (.userRejection, "the rule for the peer leaves the SOP class out, or role selection leaves no role"),
            (.abstractSyntaxNotSupported, "the SOP class is not offered"),
            (.transferSyntaxesNotSupported, "none of the proposed transfer syntaxes is offered for it"),
        ]
        return MarkdownTable(
            "Result",
            "Meaning",
            "When an acceptor answers it",
            rows: rows.map { ["\($0.rawValue)", "\($0)", $1] }
        )
    }

    private static func abortReasons() -> MarkdownTable {
        func provider(_ reason: Abort.Reason, _ when: String) -> [String] {
            let abort = Abort.byProvider(reason)
            return ["\(abort.source.rawValue)/\(abort.reason.rawValue)", "\(abort.reason)", when]
        }
        let user = Abort.byUser
        func reason(_ code: PDUError.Code) -> Abort.Reason { PDUError(code, at: 0, expected: "").abortReason }
        return MarkdownTable(
            "Source/reason",
            "Meaning",
            "When we send it",
            rows: [
                [
                    "\(user.source.rawValue)/\(user.reason.rawValue)", "service user",
                    "the application aborts, a C-CANCEL is not answered in time, a time-out, a server stops, "
                        + "a new connection begins with anything but A-ASSOCIATE-RQ",
                ],
                provider(reason(.unrecognizedPDU(type: 0)), "a PDU of no known type"),
                provider(.unexpectedPDU, "a PDU that has no place in the state of the association"),
                provider(
                    reason(.unexpectedParameter(itemType: 0)),
                    "an item that may not stand there or stands twice, a command or data set out of turn"
                ),
                provider(
                    reason(.invalidValue),
                    "a value or length that is not allowed, a command set or fragment that cannot be read"
                ),
            ]
        )
    }

    // MARK: Numbers

    private static func timeouts() -> MarkdownTable {
        let timeouts = AssociationCore.Timeouts()
        let server = ServerConfiguration(port: 0, policy: AcceptorPolicy(supported: [])).timeouts
        func both(_ value: KeyPath<AssociationCore.Timeouts, Double>) -> String {
            let (ours, theirs) = (seconds(timeouts[keyPath: value]), seconds(server[keyPath: value]))
            return ours == theirs ? ours : "\(ours) for a client, \(theirs) for a server"
        }
        let find = FindOptions()
        let client = AssociationConfiguration(host: "", port: 1, calledAETitle: "", callingAETitle: "", sopClasses: [])
        return MarkdownTable(
            "Time-out",
            "Set by",
            "Default",
            "When it is over",
            rows: [
                [
                    "Name lookup, and TCP connect", code("AssociationConfiguration.connectTimeout"),
                    seconds(client.connectTimeout), "the client gives up",
                ],
                [
                    "Security of the transport", code("TransportSecurity.handshakeTimeout"),
                    seconds(TransportSecurity { _, _ in }.handshakeTimeout), "the connection is closed",
                ],
                [
                    "ARTIM (PS3.8 9.1.5)", code("Timeouts.artim"), both(\.artim),
                    "the connection is closed",
                ],
                ["Answer to A-ASSOCIATE-RQ", code("Timeouts.associate"), both(\.associate), "A-ABORT"],
                ["Answer to A-RELEASE-RQ", code("Timeouts.release"), both(\.release), "A-ABORT"],
                ["Rest of a PDU that has begun", code("Timeouts.partialPDU"), both(\.partialPDU), "A-ABORT"],
                ["Answer to C-ECHO", code("Timeouts.echo"), both(\.echo), "A-ABORT"],
                [
                    "Nothing under way and nothing received", code("Timeouts.idle"),
                    both(\.idle), "a client releases, a server sends A-ABORT",
                ],
                [
                    "First response to a C-FIND", code("FindOptions.firstResponseTimeout"),
                    seconds(find.firstResponseTimeout), "A-ABORT",
                ],
                [
                    "Next response to a C-FIND", code("FindOptions.nextResponseTimeout"),
                    seconds(find.nextResponseTimeout), "A-ABORT",
                ],
                [
                    "End of a query after our C-CANCEL", code("FindOptions.cancelBudget"),
                    seconds(find.cancelBudget), "A-ABORT",
                ],
            ]
        )
    }

    private static func limits() -> MarkdownTable {
        let server = ServerConfiguration(port: 0, policy: AcceptorPolicy(supported: []))
        let client = AssociationConfiguration(host: "", port: 1, calledAETitle: "", callingAETitle: "", sopClasses: [])
        return MarkdownTable(
            "Limit",
            "Value",
            "Can be set",
            rows: [
                ["Maximum length announced", "\(grouped(client.maximumLength)) bytes", "yes; 0 announces no limit"],
                [
                    "Longest P-DATA-TF taken, whatever is announced",
                    "\(grouped(Limits.maxReceivedPDataLength(announced: 0))) bytes", "no",
                ],
                ["Excess over the announced length that is let through", "\(Limits.pDataLengthSlack) bytes", "no"],
                [
                    "Longest P-DATA-TF sent to a peer without a limit", "\(grouped(Limits.maxSentPDataLength)) bytes",
                    "no",
                ],
                [
                    "Longest A-ASSOCIATE-RQ or -AC taken", "\(grouped(Limits.maxAssociatePDULength)) bytes", "no",
                ],
                ["Items and sub-items in one of them", grouped(Limits.maxAssociateItems), "no"],
                ["Presentation contexts of an association", "\(Limits.maxPresentationContexts)", "no"],
                ["User identity, both fields together", "\(grouped(Limits.maxUserIdentityLength)) bytes", "no"],
                ["Longest command set taken", "\(grouped(Limits.maxCommandSetLength)) bytes", "no"],
                ["Longest data set taken", "\(grouped(Limits.maxDataSetLength)) bytes", "no"],
                ["Longest data set of a request taken", "\(grouped(Limits.maxRequestDataSetLength)) bytes", "no"],
                ["Depth of nested sequences", "\(DataSetLimits.maximumDepth)", "no"],
                ["Associations of a server", grouped(server.maximumAssociations), "yes"],
                [
                    "Undelivered matches of a query before reading pauses", "\(grouped(client.receiveWindow)) bytes",
                    "yes",
                ],
                [
                    "Matches of a query a client takes",
                    FindOptions().limit == 0 ? "any number" : "\(FindOptions().limit)", "yes",
                ],
                [
                    "Waiting for one observer before it misses some", "\(grouped(Observers.defaultLimit)) bytes", "yes",
                ],
            ]
        )
    }

    private static func settings() -> MarkdownTable {
        let client = AssociationConfiguration(host: "", port: 1, calledAETitle: "", callingAETitle: "", sopClasses: [])
        let server = ServerConfiguration(port: 0, policy: AcceptorPolicy(supported: []))
        let policy = ServerConfiguration.policy(sopClasses: [])
        func set(_ titles: some Collection) -> String { titles.isEmpty ? "any" : "\(titles.count)" }
        return MarkdownTable(
            "Setting",
            "Of",
            "Default",
            rows: [
                ["Called and calling AE title, host, port, SOP classes", "client", "none: they have to be given"],
                [
                    "Transfer syntaxes, in order of preference", "client",
                    client.transferSyntaxes.map(\.name).joined(separator: ", "),
                ],
                ["Requests under way at once", "client", "\(client.maximumOperationsInvoked)"],
                ["User identity", "client", client.userIdentity == nil ? "none" : "some"],
                ["Query options", "client", client.queryOptions == nil ? "not negotiated" : "negotiated"],
                ["Roles", "client", client.roles.isEmpty ? "not negotiated: the requestor is SCU" : "negotiated"],
                ["Security of the transport", "both", client.security == nil ? "none: plain TCP" : "some"],
                ["Address to listen on", "server", code(server.host)],
                ["Called AE titles", "server", set(policy.calledAETitles)],
                ["Calling AE titles", "server", set(policy.callingAETitles)],
                ["Rules for peers", "server", policy.peers.isEmpty ? "none: any peer" : "\(policy.peers.count)"],
                [
                    "AE titles that are none (blank, control characters)", "server",
                    policy.acceptsInvalidAETitles ? "let through where any title is" : "rejected",
                ],
                [
                    "Application context", "server",
                    policy.checksApplicationContext ? "has to be DICOM's" : "not checked",
                ],
                [
                    "Choice of transfer syntax", "server",
                    policy.transferSyntaxOrder == .ours ? "the server's order" : "the requestor's order",
                ],
                [
                    "Asynchronous operations", "server",
                    policy.asynchronousOperations == nil ? "not negotiated: one at a time" : "negotiated",
                ],
                ["Extended negotiation", "server", policy.extendedNegotiation == nil ? "not answered" : "answered"],
                ["User identities", "server", policy.userIdentity == nil ? "not judged, not answered" : "judged"],
                [
                    "Related general SOP classes", "server",
                    policy.acceptsRelatedGeneralSOPClasses ? "accepted" : "not accepted",
                ],
            ]
        )
    }

    // MARK: Negotiation

    private static func queryOptions() -> MarkdownTable {
        let options: [QueryOptions] = [
            .relational, .combinedDateTime, .fuzzyNames, .timezone, .enhancedMultiFrame, .emptyValue, .multipleValue,
        ]
        return MarkdownTable(
            "Option",
            "Query/Retrieve byte",
            "Worklist byte",
            rows: options.map { option in
                [option.description, byte(of: option, .queryRetrieve), byte(of: option, .worklist)]
            }
        )
    }

    /// The number of the byte that an option sets.
    private static func byte(of option: QueryOptions, _ layout: QueryOptions.Layout) -> String {
        let (without, with) = (QueryOptions().bytes(layout), option.bytes(layout))
        let padded = without + repeatElement(0, count: max(0, with.count - without.count))
        return zip(padded, with).enumerated().first { $1.0 != $1.1 }.map { "\($0.offset + 1)" } ?? ""
    }

    private static func userIdentities() -> MarkdownTable {
        let kinds: [UserIdentity.Kind] = [.username, .usernameAndPasscode, .kerberos, .saml, .jsonWebToken]
        return MarkdownTable(
            "Type",
            "Identity",
            "Positive response carries",
            rows: kinds.map { kind in
                let isNamed = UserIdentity(kind: kind, primary: []).username != nil
                return ["\(kind.rawValue)", "\(kind)", isNamed ? "nothing" : "what the server's policy gives"]
            }
        )
    }

    private static func implementation() -> MarkdownTable {
        MarkdownTable(
            "Item",
            "Value",
            rows: [
                ["Implementation class UID", code(Implementation.worklist.classUID ?? "")],
                ["Implementation version name", code(Implementation.worklist.versionName ?? "")],
                ["Application context name", code(ApplicationContext.dicom)],
            ]
        )
    }

    // MARK: Data

    private static func characterSets() -> MarkdownTable {
        MarkdownTable(
            "Specific Character Set (0008,0005)",
            "For",
            rows: SpecificCharacterSet.definedTerms.map { [code($0.value), $0.name] }
        )
    }
}
