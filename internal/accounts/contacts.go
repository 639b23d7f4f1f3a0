package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// NewContact is a contact to create.
type NewContact struct {
	Name         string
	JobTitle     string
	Phone        string
	Email        string
	DoNotContact bool
	Role         string // one of [ContactRoles], or empty
	Language     string // a language tag such as de or pt-BR, or empty
	MorePhones   []Channel
	MoreEmails   []Channel
}

// ContactChanges of a contact; nil fields stay as they are.
type ContactChanges struct {
	Version      int // of the account; 0 for whatever it is
	Name         *string
	JobTitle     *string
	Phone        *string
	Email        *string
	DoNotContact *bool
	Role         *string
	Language     *string
	MorePhones   *[]Channel
	MoreEmails   *[]Channel
}

var errNoContact = fault.New(fault.NotFound, "This account has no such contact.")

// missing turns "no rows" into a fault and wraps every other error.
func missing(err error, none *fault.Error, format string, args ...any) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return none
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

func checkContact(name, jobTitle, phone, email *string) error {
	var in input
	in.name("name", "The name", name, maxContactName)
	in.text("jobTitle", "The job title", jobTitle, maxContactName)
	in.text("phone", "The phone number", phone, maxPhone)
	in.email("email", email)
	return in.failed()
}

// AddContact adds a contact to an account.
func (s *Service) AddContact(ctx context.Context, accountID int64, n NewContact) (Account, error) {
	if err := checkContact(&n.Name, &n.JobTitle, &n.Phone, &n.Email); err != nil {
		return Account{}, err
	}
	if err := checkContactRest(&n.Role, &n.Language, &n.MorePhones, &n.MoreEmails); err != nil {
		return Account{}, err
	}
	return s.change(ctx, accountID, 0, func(tx pgx.Tx, actor postgres.Actor) error {
		tag, err := tx.Exec(ctx, `
			insert into contacts (org_id, account_id, name, job_title, phone, email, do_not_contact, role, language, phones, emails)
			select $1::bigint, $2::bigint, $3, $4, $5, $6, $7::boolean, $9, $10, $11::jsonb, $12::jsonb
			where (select count(*) from contacts where org_id = $1 and account_id = $2) < $8`,
			actor.OrgID, accountID, n.Name, n.JobTitle, n.Phone, n.Email, n.DoNotContact, maxContacts,
			n.Role, n.Language, channels(n.MorePhones), channels(n.MoreEmails))
		if err != nil {
			return fmt.Errorf("add a contact to account %d: %w", accountID, err)
		}
		if tag.RowsAffected() == 0 {
			return fault.Errorf(fault.Invalid, "An account may have %d contacts.", maxContacts)
		}
		return nil
	})
}

// UpdateContact changes a contact of an account.
func (s *Service) UpdateContact(ctx context.Context, accountID, contactID int64, c ContactChanges) (Account, error) {
	if err := checkContact(c.Name, c.JobTitle, c.Phone, c.Email); err != nil {
		return Account{}, err
	}
	if err := checkContactRest(c.Role, c.Language, c.MorePhones, c.MoreEmails); err != nil {
		return Account{}, err
	}
	return s.change(ctx, accountID, c.Version, func(tx pgx.Tx, actor postgres.Actor) error {
		tag, err := tx.Exec(ctx, `
			update contacts set name = coalesce($4, name), job_title = coalesce($5, job_title), phone = coalesce($6, phone),
			  email = coalesce($7, email), do_not_contact = coalesce($8, do_not_contact),
			  role = coalesce($9, role), language = coalesce($10, language), phones = coalesce($11::jsonb, phones),
			  emails = coalesce($12::jsonb, emails), updated_at = now()
			where org_id = $1 and account_id = $2 and id = $3`,
			actor.OrgID, accountID, contactID, c.Name, c.JobTitle, c.Phone, c.Email, c.DoNotContact,
			c.Role, c.Language, changedChannels(c.MorePhones), changedChannels(c.MoreEmails))
		if err != nil {
			return fmt.Errorf("change contact %d: %w", contactID, err)
		}
		if tag.RowsAffected() == 0 {
			return errNoContact
		}
		return nil
	})
}

// DeleteContact removes a contact.
func (s *Service) DeleteContact(ctx context.Context, accountID, contactID int64) (Account, error) {
	return s.change(ctx, accountID, 0, func(tx pgx.Tx, actor postgres.Actor) error {
		tag, err := tx.Exec(ctx, `delete from contacts where org_id = $1 and account_id = $2 and id = $3`, actor.OrgID, accountID, contactID)
		if err != nil {
			return fmt.Errorf("delete contact %d: %w", contactID, err)
		}
		if tag.RowsAffected() == 0 {
			return errNoContact
		}
		return nil
	})
}
