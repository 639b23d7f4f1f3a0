package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
)

func TestPeopleSeeTheTextAndOperatorsAlsoTheCause(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("plan 7: %w", fault.Wrap(io.ErrUnexpectedEOF, fault.Unavailable, "The roads file cannot be read."))

	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Equal(t, "The roads file cannot be read.", fault.Message(err))
	require.Equal(t, "plan 7: The roads file cannot be read.: unexpected EOF", err.Error())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestAnErrorThatIsNoFaultIsInternalAndShowsNothing(t *testing.T) {
	t.Parallel()
	err := errors.New("password of db is hunter2")

	require.Equal(t, fault.Internal, fault.CodeOf(err))
	require.NotContains(t, fault.Message(err), "hunter2")
	require.Nil(t, fault.Of(err))
}

func TestNoErrorHasNoCodeAndNoMessage(t *testing.T) {
	t.Parallel()
	require.Empty(t, fault.CodeOf(nil))
	require.Empty(t, fault.Message(nil))
	require.False(t, fault.Is(nil, ""))
}

func TestADeadlineThatRanOutIsUnavailable(t *testing.T) {
	t.Parallel()
	require.True(t, fault.Is(fmt.Errorf("query: %w", context.DeadlineExceeded), fault.Unavailable))
}

func TestWithReturnsACopyThatStillIsTheSameFault(t *testing.T) {
	t.Parallel()
	stale := fault.New(fault.Conflict, "Someone else changed it.")
	err := stale.WithCurrent(42).WithField("name", "Changed.").WithField("owner", "Changed.")

	require.Nil(t, stale.Current())
	require.Empty(t, stale.Fields())
	require.Equal(t, 42, err.Current())
	require.Equal(t, []fault.Field{{Name: "name", Text: "Changed."}, {Name: "owner", Text: "Changed."}}, err.Fields())
	require.ErrorIs(t, err, stale)
	require.NotErrorIs(t, err, fault.New(fault.Conflict, "Someone else changed it."))
}

func TestTwoCopiesOfOneFaultDoNotShareFields(t *testing.T) {
	t.Parallel()
	base := fault.New(fault.Invalid, "Wrong.").WithField("a", "1")
	left, right := base.WithField("b", "2"), base.WithField("c", "3")

	require.Equal(t, "b", left.Fields()[1].Name)
	require.Equal(t, "c", right.Fields()[1].Name)
}

func TestErrorfKeepsTheWrappedErrorWithoutSayingItTwice(t *testing.T) {
	t.Parallel()
	err := fault.Errorf(fault.Invalid, "Row %d is cut short: %w.", 3, io.ErrUnexpectedEOF)

	require.Equal(t, "Row 3 is cut short: unexpected EOF.", err.Error())
	require.Equal(t, err.Error(), fault.Message(err))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestTheOutermostFaultDecides(t *testing.T) {
	t.Parallel()
	err := fault.Wrap(fault.New(fault.NotFound, "No such account."), fault.Invalid, "The visit names an account that is not there.")
	require.Equal(t, fault.Invalid, fault.CodeOf(err))
}
