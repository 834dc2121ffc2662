import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { type Environment, environments as environmentNames } from '#domain/reference/environment.ts'
import {
  type Capacity,
  capacities,
  type DecisionVerdict,
  type RequestKind,
  type RequestState,
  requestKinds,
  requestStates,
  verdicts,
} from '#domain/request/lifecycle.ts'
import { type PaperType, paperTypes } from '#domain/request/paper.ts'
import { bytea, dc, instant, oneOf } from './columns.ts'
import { firms } from './firms.ts'
import { groups } from './groups.ts'
import { users } from './users.ts'

/** How a group, or a change of one, came to be wanted. */
export const requests = dc.table(
  'requests',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    number: integer('number').generatedAlwaysAsIdentity().unique('requests_number'),
    environment: text('environment').$type<Environment>().notNull(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => firms.id),
    groupId: uuid('group_id'),
    kind: text('kind').$type<RequestKind>().notNull(),
    state: text('state').$type<RequestState>().notNull(),
    /** The number of the newest round; 0 before the first submission. */
    round: integer('round').notNull().default(0),
    draftedBy: uuid('drafted_by')
      .notNull()
      .references(() => users.id),
    draftedAt: instant('drafted_at').notNull(),
    onBehalf: boolean('on_behalf').notNull().default(false),
    gamId: uuid('gam_id').references(() => users.id),
    effectiveAt: instant('effective_at'),
    expiresAt: instant('expires_at'),
    /** The configuration version that its publication made, and when the connector had applied all of it. */
    publishedVersion: integer('published_version'),
    publishedAt: instant('published_at'),
    appliedAt: instant('applied_at'),
    /** When and why it came into its present state: who returned it and what moved. */
    stateAt: instant('state_at').notNull(),
    stateBy: uuid('state_by').references(() => users.id),
    stateReason: text('state_reason'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    foreignKey({
      name: 'requests_group',
      columns: [t.groupId, t.environment],
      foreignColumns: [groups.id, groups.environment],
    }),
    foreignKey({
      name: 'requests_group_owner',
      columns: [t.groupId, t.ownerId],
      foreignColumns: [groups.id, groups.ownerId],
    }),
    unique('requests_owner').on(t.id, t.ownerId),
    uniqueIndex('requests_one_open')
      .on(t.groupId)
      .where(sql`${t.state} in ('with-firms', 'with-gam', 'scheduled', 'applying')`),
    index('requests_of_owner').on(t.ownerId),
    index('requests_of_group').on(t.groupId),
    // what waits for somebody or is due is a small part of all requests
    index('requests_of_state').on(t.state, t.environment, t.stateAt),
    check('requests_environment', oneOf(t.environment, environmentNames)),
    check('requests_kind', oneOf(t.kind, requestKinds)),
    check('requests_state', oneOf(t.state, requestStates)),
    check('requests_submitted', sql`${t.state} = 'draft' or (${t.round} > 0 and ${t.groupId} is not null)`),
    check('requests_scheduled', sql`${t.state} <> 'scheduled' or ${t.effectiveAt} is not null`),
    check('requests_applied', sql`(${t.state} = 'applied') = (${t.appliedAt} is not null)`),
  ],
)

/**
 * What a firm signed or wrote, attached to a request that the exchange enters on its behalf. Never changed;
 * one that no round was submitted with may go.
 */
export const requestPapers = dc.table(
  'request_papers',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    requestId: uuid('request_id').notNull(),
    ownerId: uuid('owner_id').notNull(),
    name: text('name').notNull(),
    type: text('type').$type<PaperType>().notNull(),
    bytes: integer('bytes').notNull(),
    /** sha256 of the content, in hexadecimal. */
    digest: text('digest').notNull(),
    content: bytea('content').notNull(),
    attachedBy: uuid('attached_by')
      .notNull()
      .references(() => users.id),
    attachedAt: instant('attached_at').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'request_papers_request',
      columns: [t.requestId, t.ownerId],
      foreignColumns: [requests.id, requests.ownerId],
    }).onDelete('cascade'),
    unique('request_papers_of').on(t.id, t.requestId),
    index('request_papers_request').on(t.requestId),
    check('request_papers_type', oneOf(t.type, paperTypes)),
    check('request_papers_bytes', sql`${t.bytes} = octet_length(${t.content})`),
  ],
)

/** A request that is being written; only the owner and the exchange see it. */
export const requestDrafts = dc.table(
  'request_drafts',
  {
    requestId: uuid('request_id').primaryKey(),
    ownerId: uuid('owner_id').notNull(),
    document: jsonb('document').$type<unknown>().notNull(),
    savedBy: uuid('saved_by')
      .notNull()
      .references(() => users.id),
    savedAt: instant('saved_at').notNull(),
    paperId: uuid('paper_id'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    foreignKey({
      name: 'request_drafts_paper',
      columns: [t.paperId, t.requestId],
      foreignColumns: [requestPapers.id, requestPapers.requestId],
    }),
    foreignKey({
      name: 'request_drafts_request',
      columns: [t.requestId, t.ownerId],
      foreignColumns: [requests.id, requests.ownerId],
    }).onDelete('cascade'),
  ],
)

/** A submission, frozen. Never changed afterwards. */
export const requestRounds = dc.table(
  'request_rounds',
  {
    requestId: uuid('request_id').notNull(),
    round: integer('round').notNull(),
    ownerId: uuid('owner_id').notNull(),
    submittedBy: uuid('submitted_by')
      .notNull()
      .references(() => users.id),
    submittedAt: instant('submitted_at').notNull(),
    document: jsonb('document').$type<unknown>().notNull(),
    /** The review page that every party's slice is cut from. */
    sheet: jsonb('sheet').$type<unknown>().notNull(),
    /** `groups.revision` that the requester saw. */
    baseRevision: integer('base_revision').notNull(),
    paperId: uuid('paper_id'),
  },
  (t) => [
    foreignKey({
      name: 'request_rounds_paper',
      columns: [t.paperId, t.requestId],
      foreignColumns: [requestPapers.id, requestPapers.requestId],
    }),
    index('request_rounds_of_paper').on(t.paperId),
    primaryKey({ name: 'request_rounds_pkey', columns: [t.requestId, t.round] }),
    foreignKey({
      name: 'request_rounds_request',
      columns: [t.requestId, t.ownerId],
      foreignColumns: [requests.id, requests.ownerId],
    }),
    unique('request_rounds_submitter').on(t.requestId, t.round, t.submittedBy),
  ],
)

const partyMeans = ['decision', 'submission', 'carried-over'] as const
type PartyMeans = (typeof partyMeans)[number]

/** Who must agree to a round, and exactly what each of them is shown. Only `met_by` ever changes. */
export const requestParties = dc.table(
  'request_parties',
  {
    requestId: uuid('request_id').notNull(),
    round: integer('round').notNull(),
    ownerId: uuid('owner_id').notNull(),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    capacity: text('capacity').$type<Capacity>().notNull(),
    slice: jsonb('slice').$type<unknown>().notNull(),
    sliceDigest: text('slice_digest').notNull(),
    /**
     * When and by whom the party was asked, copied from the round, because only the owner may read the round and the
     * person's name there.
     */
    submittedAt: instant('submitted_at').notNull(),
    submittedBy: uuid('submitted_by')
      .notNull()
      .references(() => users.id),
    submitter: text('submitter').notNull(),
    /**
     * The sentence that was signed for the party by submitting; null where the party decides itself, and in rounds from
     * before this column.
     */
    authority: text('authority'),
    metBy: text('met_by').$type<PartyMeans>(),
  },
  (t) => [
    primaryKey({ name: 'request_parties_pkey', columns: [t.requestId, t.round, t.firmId, t.capacity] }),
    unique('request_parties_slice').on(t.requestId, t.round, t.firmId, t.capacity, t.sliceDigest),
    foreignKey({
      name: 'request_parties_round',
      columns: [t.requestId, t.round],
      foreignColumns: [requestRounds.requestId, requestRounds.round],
    }),
    foreignKey({
      name: 'request_parties_request',
      columns: [t.requestId, t.ownerId],
      foreignColumns: [requests.id, requests.ownerId],
    }),
    index('request_parties_firm').on(t.firmId),
    index('request_parties_submission').on(t.firmId, t.submittedAt).where(sql`${t.metBy} = 'submission'`),
    check('request_parties_capacity', oneOf(t.capacity, capacities)),
    check('request_parties_met_by', oneOf(t.metBy, partyMeans)),
  ],
)

/**
 * A party's answer to what it was shown. Never changed, except that it may be taken back once; then the party decides
 * again.
 */
export const decisions = dc.table(
  'decisions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    requestId: uuid('request_id').notNull(),
    round: integer('round').notNull(),
    ownerId: uuid('owner_id').notNull(),
    firmId: uuid('firm_id').notNull(),
    capacity: text('capacity').$type<Capacity>().notNull(),
    sliceDigest: text('slice_digest').notNull(),
    submittedBy: uuid('submitted_by').notNull(),
    decidedBy: uuid('decided_by').notNull(),
    verdict: text('verdict').$type<DecisionVerdict>().notNull(),
    reason: text('reason'),
    /** The sentence signed, with name and capacity. */
    authority: text('authority').notNull(),
    decidedAt: instant('decided_at').notNull(),
    takenBackAt: instant('taken_back_at'),
    takenBackBy: uuid('taken_back_by').references(() => users.id),
    takenBackReason: text('taken_back_reason'),
  },
  (t) => [
    foreignKey({
      name: 'decisions_slice',
      columns: [t.requestId, t.round, t.firmId, t.capacity, t.sliceDigest],
      foreignColumns: [
        requestParties.requestId,
        requestParties.round,
        requestParties.firmId,
        requestParties.capacity,
        requestParties.sliceDigest,
      ],
    }),
    // the decision cannot name a wrong submitter
    foreignKey({
      name: 'decisions_submitter',
      columns: [t.requestId, t.round, t.submittedBy],
      foreignColumns: [requestRounds.requestId, requestRounds.round, requestRounds.submittedBy],
    }),
    foreignKey({
      name: 'decisions_request',
      columns: [t.requestId, t.ownerId],
      foreignColumns: [requests.id, requests.ownerId],
    }),
    foreignKey({
      name: 'decisions_signer',
      columns: [t.decidedBy, t.firmId],
      foreignColumns: [users.id, users.firmId],
    }),
    uniqueIndex('decisions_one_standing')
      .on(t.requestId, t.round, t.firmId, t.capacity)
      .where(sql`${t.takenBackAt} is null`),
    index('decisions_of_request').on(t.requestId),
    index('decisions_firm').on(t.firmId),
    check('decisions_verdict', oneOf(t.verdict, verdicts)),
    check('decisions_four_eyes', sql`${t.decidedBy} <> ${t.submittedBy}`),
    check('decisions_reason', sql`${t.verdict} = 'approve' or coalesce(length(${t.reason}), 0) > 0`),
    check(
      'decisions_taken_back',
      sql`(${t.takenBackAt} is null) = (${t.takenBackBy} is null) and (${t.takenBackAt} is null) = (${t.takenBackReason} is null)`,
    ),
  ],
)
