package desk

import "context"

type leaveKey struct{}

// WithLeave returns a context in which a Pen asks for leave, once, at the very
// moment its write would leave: see Leave.
func WithLeave(ctx context.Context, leave func() error) context.Context {
	return context.WithValue(ctx, leaveKey{}, leave)
}

// Leave says, for a Pen whose write is about to leave, why it may not; nil if it
// may. Time went by since Write was called: a connection was made.
func Leave(ctx context.Context) error {
	if leave, ok := ctx.Value(leaveKey{}).(func() error); ok {
		return leave()
	}
	return nil
}
