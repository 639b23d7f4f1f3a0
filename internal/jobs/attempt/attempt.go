// Package attempt says what becomes of a job when one attempt at it has ended.
package attempt

import (
	"context"
	"errors"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Ended returns what the worker of a job returns when its work ended with err.
// A fault Invalid is what is wrong with the request: it fails the job for good.
// Any other error is tried again, and fails the job after its last attempt; an
// attempt that ended because the server stops is no last one while others follow.
// fail tells the subject of the job why, in words that people may read.
func Ended(ctx context.Context, job *rivertype.JobRow, err error, fail func(ctx context.Context, why string) error) error {
	if err == nil {
		return nil
	}
	more := job.Attempt < job.MaxAttempts
	if more && ctx.Err() != nil {
		return err
	}
	permanent := fault.CodeOf(err) == fault.Invalid
	if more && !permanent {
		return err
	}
	if failed := fail(context.WithoutCancel(ctx), fault.Message(err)); failed != nil {
		return errors.Join(err, failed)
	}
	if permanent {
		return river.JobCancel(err)
	}
	return err
}
