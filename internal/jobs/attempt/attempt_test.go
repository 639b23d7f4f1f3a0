package attempt

import (
	"context"
	"errors"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
)

func TestWhatBecomesOfAJob(t *testing.T) {
	t.Parallel()
	broken := errors.New("the database is gone")
	wrong := fault.New(fault.Invalid, "There is no such rep.")
	stopping, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		ctx     context.Context
		attempt int
		err     error
		told    string // why the subject failed; empty when it did not
		ended   bool   // cancelled, so that no attempt follows
	}{
		"done":                               {t.Context(), 1, nil, "", false},
		"an error is tried again":            {t.Context(), 1, broken, "", false},
		"the last error fails it":            {t.Context(), 3, broken, fault.Message(broken), false},
		"a wrong request fails it at once":   {t.Context(), 1, wrong, "There is no such rep.", true},
		"a server that stops":                {stopping, 1, wrong, "", false},
		"a server that stops the last time":  {stopping, 3, broken, fault.Message(broken), false},
		"a wrong request, the last time too": {t.Context(), 3, wrong, "There is no such rep.", true},
	} {
		told := ""
		err := Ended(c.ctx, &rivertype.JobRow{Attempt: c.attempt, MaxAttempts: 3}, c.err, func(ctx context.Context, why string) error {
			require.NoError(t, ctx.Err(), name)
			told = why
			return nil
		})
		require.Equal(t, c.told, told, name)
		require.ErrorIs(t, err, c.err, name)
		var cancelled *river.JobCancelError
		require.Equal(t, c.ended, errors.As(err, &cancelled), name)
	}
	failed := errors.New("not written")
	err := Ended(t.Context(), &rivertype.JobRow{Attempt: 3, MaxAttempts: 3}, broken, func(context.Context, string) error { return failed })
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, failed)
}
