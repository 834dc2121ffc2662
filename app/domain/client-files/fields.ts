/** Fields that the dictionary defines, by number and FIX name; the exchange's own fields have the exchange's names. */
const named = `
  1 Account 6 AvgPx 7 BeginSeqNo 8 BeginString 9 BodyLength 10 CheckSum 11 ClOrdID 12 Commission 13 CommType 14 CumQty
  15 Currency 16 EndSeqNo 17 ExecID 18 ExecInst 19 ExecRefID 20 ExecTransType 21 HandlInst 22 IDSource 29 LastCapacity
  30 LastMkt 31 LastPx 32 LastShares 34 MsgSeqNum 35 MsgType 36 NewSeqNo 37 OrderID 38 OrderQty 39 OrdStatus
  40 OrdType 41 OrigClOrdID 43 PossDupFlag 44 Price 45 RefSeqNum 47 Rule80A 48 SecurityID 49 SenderCompID
  50 SenderSubID 52 SendingTime 54 Side 55 Symbol 56 TargetCompID 57 TargetSubID 58 Text 59 TimeInForce
  60 TransactTime 63 SettlmntTyp 64 FutSettDate 65 SymbolSfx 66 ListID 75 TradeDate 76 ExecBroker 77 OpenClose
  78 NoAllocs 79 AllocAccount 80 AllocShares 84 CxlQty 89 Signature 90 SecureDataLen 91 SecureData 93 SignatureLength
  95 RawDataLength 96 RawData 97 PossResend 98 EncryptMethod 99 StopPx 102 CxlRejReason 103 OrdRejReason 106 Issuer
  107 SecurityDesc 108 HeartBtInt 109 ClientID 110 MinQty 111 MaxFloor 112 TestReqID 113 ReportToExch
  115 OnBehalfOfCompID 116 OnBehalfOfSubID 118 NetMoney 119 SettlCurrAmt 120 SettlCurrency 122 OrigSendingTime
  123 GapFillFlag 126 ExpireTime 128 DeliverToCompID 129 DeliverToSubID 136 NoMiscFees 137 MiscFeeAmt 138 MiscFeeCurr
  139 MiscFeeType 141 ResetSeqNumFlag 142 SenderLocationID 143 TargetLocationID 144 OnBehalfOfLocationID
  145 DeliverToLocationID 150 ExecType 151 LeavesQty 152 CashOrderQty 155 SettlCurrFxRate 156 SettlCurrFxRateCalc
  157 NumDaysInterest 158 AccruedInterestRate 159 AccruedInterestAmt 167 SecurityType 168 EffectiveTime 192 OrderQty2
  193 FutSettDate2 194 LastSpotRate 195 LastForwardPoints 198 SecondaryOrderID 200 MaturityMonthYear 201 PutOrCall
  202 StrikePrice 205 MaturityDay 206 OptAttribute 207 SecurityExchange 209 AllocHandlInst 210 MaxShow
  211 PegDifference 212 XmlDataLen 213 XmlData 218 SpreadToBenchmark 220 BenchmarkCurveCurrency 221 BenchmarkCurveName
  222 BenchmarkCurvePoint 223 CouponRate 224 CouponPaymentDate 225 IssueDate 226 RepurchaseTerm 227 RepurchaseRate
  228 Factor 229 TradeOriginationDate 230 ExDate 231 ContractMultiplier 232 NoStipulations 233 StipulationType
  234 StipulationValue 235 YieldType 236 Yield 237 TotalTakedown 238 Concession 239 RepoCollateralSecurityType
  240 RedemptionDate 241 UnderlyingCouponPaymentDate 242 UnderlyingIssueDate 243 UnderlyingRepoCollateralSecurityType
  244 UnderlyingRepurchaseTerm 245 UnderlyingRepurchaseRate 246 UnderlyingFactor 247 UnderlyingRedemptionDate
  248 LegCouponPaymentDate 249 LegIssueDate 250 LegRepoCollateralSecurityType 251 LegRepurchaseTerm
  252 LegRepurchaseRate 253 LegFactor 254 LegRedemptionDate 255 CreditRating 256 UnderlyingCreditRating
  257 LegCreditRating 258 TradedFlatSwitch 259 BasisFeatureDate 260 BasisFeaturePrice 305 UnderlyingIDSource
  306 UnderlyingIssuer 307 UnderlyingSecurityDesc 308 UnderlyingSecurityExchange 309 UnderlyingSecurityID
  310 UnderlyingSecurityType 311 UnderlyingSymbol 312 UnderlyingSymbolSfx 313 UnderlyingMaturityMonthYear
  315 UnderlyingPutOrCall 316 UnderlyingStrikePrice 317 UnderlyingOptAttribute 318 UnderlyingCurrency
  336 TradingSessionID 337 ContraTrader 347 MessageEncoding 348 EncodedIssuerLen 349 EncodedIssuer
  350 EncodedSecurityDescLen 351 EncodedSecurityDesc 354 EncodedTextLen 355 EncodedText 362 EncodedUnderlyingIssuerLen
  363 EncodedUnderlyingIssuer 364 EncodedUnderlyingSecurityDescLen 365 EncodedUnderlyingSecurityDesc
  369 LastMsgSeqNumProcessed 370 OnBehalfOfSendingTime 371 RefTagID 372 RefMsgType 373 SessionRejectReason
  375 ContraBroker 376 ComplianceID 377 SolicitedFlag 378 ExecRestatementReason
  380 BusinessRejectReason 381 GrossTradeAmt 382 NoContraBrokers 388 DiscretionInst 389 DiscretionOffset
  393 TotalNumSecurities 423 PriceType 424 DayOrderQty 425 DayCumQty 426 DayAvgPx 427 GTBookingInst 432 ExpireDate
  434 CxlRejResponseTo 435 UnderlyingCouponRate 436 UnderlyingContractMultiplier 437 ContraTradeQty
  438 ContraTradeTime 439 ClearingFirm 440 ClearingAccount 442 MultiLegReportingType 447 PartyIDSource 448 PartyID
  452 PartyRole 453 NoPartyIDs 454 NoSecurityAltID 455 SecurityAltID 456 SecurityAltIDSource
  457 NoUnderlyingSecurityAltID 458 UnderlyingSecurityAltID 459 UnderlyingSecurityAltIDSource 460 Product 461 CFICode
  462 UnderlyingProduct 463 UnderlyingCFICode 467 IndividualAllocID 468 RoundingDirection 469 RoundingModulus
  470 CountryOfIssue 471 StateOrProvinceOfIssue 472 LocaleOfIssue 479 CommCurrency 480 CancellationRights
  481 MoneyLaunderingStatus 483 TransBkdTime 484 ExecPriceType 485 ExecPriceAdjustment 494 Designation
  497 FundRenewWaiv 513 RegistID 515 ExecValuationPoint 516 OrderPercent 518 NoContAmts 519 ContAmtType
  520 ContAmtValue 521 ContAmtCurr 523 PartySubID 524 NestedPartyID 525 NestedPartyIDSource 526 SecondaryClOrdID
  527 SecondaryExecID 528 OrderCapacity 529 OrderRestrictions 533 TotalAffectedOrders 534 NoAffectedOrders
  535 AffectedOrderID 536 AffectedSecondaryOrderID 538 NestedPartyRole 539 NoNestedPartyIDs 541 MaturityDate
  542 UnderlyingMaturityDate 543 InstrRegistry 544 CashMargin 545 NestedPartySubID 548 CrossID 549 CrossType
  551 OrigCrossID 555 NoLegs 556 LegCurrency 564 LegPositionEffect 565 LegCoveredOrUncovered 566 LegPrice
  581 AccountType 582 CustOrderCapacity 583 ClOrdLinkID 584 MassStatusReqID
  586 OrigOrdModTime 587 LegSettlType 588 LegSettlDate 589 DayBookingInst 590 BookingUnit 591 PreallocMethod
  592 UnderlyingCountryOfIssue 593 UnderlyingStateOrProvinceOfIssue 594 UnderlyingLocaleOfIssue
  595 UnderlyingInstrRegistry 596 LegCountryOfIssue 597 LegStateOrProvinceOfIssue 598 LegLocaleOfIssue
  599 LegInstrRegistry 600 LegSymbol 601 LegSymbolSfx 602 LegSecurityID 603 LegSecurityIDSource 604 NoLegSecurityAltID
  605 LegSecurityAltID 606 LegSecurityAltIDSource 607 LegProduct 608 LegCFICode 609 LegSecurityType
  610 LegMaturityMonthYear 611 LegMaturityDate 612 LegStrikePrice 613 LegOptAttribute 614 LegContractMultiplier
  615 LegCouponRate 616 LegSecurityExchange 617 LegIssuer 618 EncodedLegIssuerLen 619 EncodedLegIssuer
  620 LegSecurityDesc 621 EncodedLegSecurityDescLen 622 EncodedLegSecurityDesc 623 LegRatioQty 624 LegSide
  625 TradingSessionSubID 627 NoHops 628 HopCompID 629 HopSendingTime 630 HopRefID 635 ClearingFeeIndicator
  636 WorkingIndicator 637 LegLastPx 638 PriorityIndicator 639 PriceImprovement 641 LastForwardPoints2
  651 UnderlyingLastPx 652 UnderlyingLastQty 654 LegRefID 655 ContraLegRefID 660 AcctIDSource 661 AllocAcctIDSource
  662 BenchmarkPrice 663 BenchmarkPriceType 667 ContractSettlMonth 669 LastParPx 670 NoLegAllocs 671 LegAllocAccount
  672 LegIndividualAllocID 673 LegAllocQty 674 LegAllocAcctIDSource 675 LegSettlCurrency 683 NoLegStipulations
  685 LegOrderQty 686 LegPriceType 687 LegQty 688 LegStipulationType 689 LegStipulationValue 690 LegSwapType 691 Pool
  693 QuoteRespID 696 YieldRedemptionDate 697 YieldRedemptionPrice 698 YieldRedemptionPriceType
  699 BenchmarkSecurityID 701 YieldCalcDate 711 NoUnderlyings 736 AllocSettlCurrency 738 InterestAtMaturity
  739 LegDatedDate 740 LegPool 761 BenchmarkSecurityIDSource 762 SecuritySubType 763 UnderlyingSecuritySubType
  764 LegSecuritySubType 768 NoTrdRegTimestamps 769 TrdRegTimestamp 770 TrdRegTimestampType 771 TrdRegTimestampOrigin
  775 BookingType 788 TerminationType 789 NextExpectedMsgSeqNum 790 OrdStatusReqID 797 CopyMsgIndicator
  802 NoPartySubIDs 803 PartySubIDType 804 NoNestedPartySubIDs 805 NestedPartySubIDType 810 UnderlyingPx
  835 PegMoveType 836 PegOffsetType 837 PegLimitType 838 PegRoundDirection 839 PeggedPrice 840 PegScope
  841 DiscretionMoveType 842 DiscretionOffsetType 843 DiscretionLimitType 844 DiscretionRoundDirection
  845 DiscretionPrice 846 DiscretionScope 847 TargetStrategy 848 TargetStrategyParameters 849 ParticipationRate
  850 TargetStrategyPerformance 851 LastLiquidityInd 854 QtyType 864 NoEvents 865 EventType 866 EventDate 867 EventPx
  868 EventText 873 DatedDate 874 InterestAccrualDate 875 CPProgram 876 CPRegType 877 UnderlyingCPProgram
  878 UnderlyingCPRegType 879 UnderlyingQty 882 UnderlyingDirtyPrice 883 UnderlyingEndPrice 884 UnderlyingStartValue
  885 UnderlyingCurrentValue 886 UnderlyingEndValue 887 NoUnderlyingStips 888 UnderlyingStipType
  889 UnderlyingStipValue 891 MiscFeeBasis 893 LastFragment 898 MarginRatio 911 TotNumReports 912 LastRptRequested
  913 AgreementDesc 914 AgreementID 915 AgreementDate 916 StartDate 917 EndDate 918 AgreementCurrency 919 DeliveryType
  920 EndAccruedInterestAmt 921 StartCash 922 EndCash 941 UnderlyingStrikeCurrency 942 LegStrikeCurrency
  943 TimeBracket 947 StrikeCurrency 955 LegContractSettlMonth 956 LegInterestAccrualDate 1017 LegOptionRatio
  1028 ManualOrderIndicator 1031 CustOrderHandlingInst 1057 AggressorIndicator 1073 LegLastForwardPoints
  1074 LegCalculatedCcyLastQty 1075 LegGrossTradeAmt 1128 ApplVerID 1129 CstmApplVerID 1156 ApplExtID 1180 ApplID
  1181 ApplSeqNum 1182 ApplBegSeqNum 1183 ApplEndSeqNum 1300 MarketSegmentID 1346 ApplReqID 1347 ApplReqType
  1348 ApplResponseType 1350 ApplLastSeqNum 1351 NoApplIDs 1352 ApplResendFlag 1353 ApplResponseID
  1354 ApplResponseError 1355 RefApplID 1356 ApplReportID 1357 RefApplLastSeqNum 1362 NoFills 1363 FillExecID
  1364 FillPx 1365 FillQty 1366 LegAllocID 1369 MassActionReportID 1373 MassActionType 1374 MassActionScope
  1375 MassActionResponse 1400 EncryptedPasswordMethod 1401 EncryptedPasswordLen 1402 EncryptedPassword
  1418 LegLastQty 1426 ApplReportType 1443 FillLiquidityInd 1603 ApplicationSystemName 1604 TradingSystemVersion
  1605 ApplicationSystemVendor 1824 AffectedOrigClOrdID 2376 PartyRoleQualifier 2384 NestedPartyRoleQualifier
  5979 RequestTime 9553 SplitMsg 9717 CorrelationClOrdID 37711 MDTradeEntryID
`

/** By number. */
export const fieldNames: ReadonlyMap<number, string> = new Map(
  [...named.matchAll(/(\d+) (\w+)/g)].map(([, number = '', name = '']) => [Number(number), name]),
)

/**
 * Types of the fields that we write ourselves. The dictionary declares every field of a source message as text, even
 * where FIX has another type: the field comes as the source wrote it, and an engine that checks the type would reject
 * the whole copy.
 */
const types: Record<string, string> = {
  '7 9 16 34 36 45 98 108 371 373 380 789 1347 1348 1354 1426': 'INT',
  '369 1181 1182 1183 1350 1357': 'INT',
  '43 97 123 141 797 1352': 'BOOLEAN',
  '52 122': 'UTCTIMESTAMP',
  '90 93 95 212 348 350 354 362 364 618 621 1401': 'LENGTH',
  '91 89 96 213 349 351 355 363 365 619 622 1402': 'DATA',
}

export const fieldTypes: ReadonlyMap<number, string> = new Map(
  Object.entries(types).flatMap(([tags, type]) => tags.split(' ').map((tag): [number, string] => [Number(tag), type])),
)
