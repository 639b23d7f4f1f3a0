// Package timeline keeps what happens with an account, for all departments in one
// place: notes, calls, mails, meetings, visits and tasks that people write, with
// comments and mentions, and between them what changed and what was imported, read
// from the audit trail. It also keeps each person's tasks and inbox.
//
//	book := timeline.New(db, enqueue)
//	activity, err := book.Create(ctx, timeline.Draft{AccountID: &id, Kind: timeline.Note, Body: "Ask @[Rosa](user:3)"})
//	page, err := book.OfAccount(ctx, id, timeline.Query{Kinds: []string{"note", "change"}})
//
// Texts are plain, in a small part of Markdown that the browser renders; a mention
// is written as @[Name](user:7). Every method acts for the actor of its context and
// sees what that person may see. Errors for people are faults.
package timeline

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/audit"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Kind is what an activity is.
type Kind string

// The kinds of activities. Comment belongs to another activity.
const (
	Note    Kind = "note"
	Call    Kind = "call"
	Mail    Kind = "mail"
	Meeting Kind = "meeting"
	Task    Kind = "task"
	Visit   Kind = "visit"
	Comment Kind = "comment"
)

// What a timeline shows beside activities.
const (
	Changed  = "change" // of fields, from the audit trail
	Imported = "import" // changes that an import made
)

// Activity is what somebody wrote or did.
type Activity struct {
	ID           int64      `json:"id" db:"id"`
	AccountID    *int64     `json:"accountId" db:"account_id" doc:"null for a task of no account."`
	AccountName  string     `json:"accountName" db:"account_name"`
	ParentID     *int64     `json:"parentId" db:"parent_id" doc:"What a comment belongs to."`
	Kind         Kind       `json:"kind" enum:"note,call,mail,meeting,task,visit,comment" db:"kind"`
	Subject      string     `json:"subject" db:"subject"`
	Body         string     `json:"body" db:"body" doc:"Plain text in a small part of Markdown; a mention is @[Name](user:7)."`
	Outcome      string     `json:"outcome" db:"outcome"`
	Direction    string     `json:"direction" enum:",in,out" db:"direction"`
	Minutes      *int       `json:"minutes" db:"minutes"`
	ContactID    *int64     `json:"contactId" db:"contact_id"`
	ContactName  string     `json:"contactName" db:"contact_name"`
	AuthorID     *int64     `json:"authorId" db:"author_id" doc:"null: the program."`
	AuthorName   string     `json:"authorName" db:"author_name"`
	HappenedAt   time.Time  `json:"happenedAt" db:"happened_at"`
	AssigneeID   *int64     `json:"assigneeId" db:"assignee_id" doc:"Whose task it is."`
	AssigneeName string     `json:"assigneeName" db:"assignee_name"`
	DueOn        *string    `json:"dueOn" format:"date" db:"due_on"`
	RemindAt     *time.Time `json:"remindAt" db:"remind_at"`
	DoneAt       *time.Time `json:"doneAt" db:"done_at"`
	DoneByName   string     `json:"doneByName" db:"done_by_name"`
	Version      int        `json:"version" db:"version"`
	CreatedAt    time.Time  `json:"createdAt" db:"created_at"`
	UpdatedAt    time.Time  `json:"updatedAt" db:"updated_at"`
	EditedByName string     `json:"editedByName" db:"edited_by_name" doc:"Who changed it last, if anyone did."`
	Comments     []Activity `json:"comments,omitempty" db:"-" doc:"The oldest first. Left out where there are none."`
}

// Item is one line of a timeline: an activity, or a change of a record.
type Item struct {
	Key      string       `json:"key" doc:"Different for each line." example:"a12"`
	Kind     string       `json:"kind" enum:"note,call,mail,meeting,task,visit,change,import"`
	At       time.Time    `json:"at"`
	Activity *Activity    `json:"activity"`
	Change   *audit.Entry `json:"change"`
}

// Listing is one page of a list.
type Listing[T any] struct {
	Items      []T
	NextCursor *string // nil on the last page
}

// Enqueue puts a job beside the rows that cause it, in the same transaction.
type Enqueue func(ctx context.Context, tx pgx.Tx, job ReminderJob) error

// Service is the use cases of this package over one database. It is safe for
// concurrent use.
type Service struct {
	db      *postgres.DB
	enqueue Enqueue
}

// New returns the service.
func New(db *postgres.DB, enqueue Enqueue) *Service { return &Service{db: db, enqueue: enqueue} }

// columns read an [Activity] from activities x.
const columns = `x.id, x.account_id, coalesce(a.name, '') as account_name, x.parent_id, x.kind, x.subject, x.body, x.outcome, x.direction, x.minutes,
	x.contact_id, coalesce(c.name, '') as contact_name, x.author_id, coalesce(w.name, '') as author_name, x.happened_at,
	x.assignee_id, coalesce(s.name, '') as assignee_name, to_char(x.due_on, 'YYYY-MM-DD') as due_on, x.remind_at,
	x.done_at, coalesce(d.name, '') as done_by_name, x.version, x.created_at, x.updated_at, coalesce(e.name, '') as edited_by_name`

const joins = `left join accounts a on a.org_id = x.org_id and a.id = x.account_id
	left join contacts c on c.org_id = x.org_id and c.id = x.contact_id
	left join users w on w.org_id = x.org_id and w.id = x.author_id
	left join users s on s.org_id = x.org_id and s.id = x.assignee_id
	left join users d on d.org_id = x.org_id and d.id = x.done_by
	left join users e on e.org_id = x.org_id and e.id = x.edited_by`
