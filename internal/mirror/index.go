package mirror

import "fmt"

// An index finds rows by texts made of them. go-memdb wants keys that end where
// no other goes on, hence the zero byte.
type index[T any] struct {
	of func(*T) []string
}

// FromObject is memdb.MultiIndexer's.
func (x index[T]) FromObject(raw any) (bool, [][]byte, error) {
	var keys [][]byte
	for _, s := range x.of(raw.(*T)) {
		keys = append(keys, append([]byte(s), 0))
	}
	return len(keys) > 0, keys, nil
}

// FromArgs is memdb.Indexer's.
func (x index[T]) FromArgs(args ...any) ([]byte, error) {
	prefix, err := x.PrefixFromArgs(args...)
	return append(prefix, 0), err
}

// PrefixFromArgs is memdb.PrefixIndexer's.
func (x index[T]) PrefixFromArgs(args ...any) ([]byte, error) {
	s, ok := args[0].(string)
	if !ok || len(args) != 1 {
		return nil, fmt.Errorf("find by %v: want one text", args)
	}
	return []byte(s), nil
}

// An idIndex is the index of the one text that names a row.
type idIndex[T any] struct{ index[T] }

// FromObject is memdb.SingleIndexer's.
func (x idIndex[T]) FromObject(raw any) (bool, []byte, error) {
	ok, keys, err := x.index.FromObject(raw)
	if !ok {
		return false, nil, err
	}
	return true, keys[0], nil
}
