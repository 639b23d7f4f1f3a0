package osm

import "errors"

// What can be wrong with an extract. [Read] wraps one of these in an error
// that names the file, and the byte where the trouble begins.
var (
	// ErrMissing means that there is no such file.
	ErrMissing = errors.New("there is no such file")
	// ErrNotPBF means that the file is something else than an .osm.pbf extract.
	ErrNotPBF = errors.New("this is not an OpenStreetMap PBF extract (.osm.pbf)")
	// ErrCutShort means that the file ends in the middle of a block, as after
	// a download that was broken off.
	ErrCutShort = errors.New("the extract is cut short; download it again")
	// ErrDamaged means that a block can't be decoded.
	ErrDamaged = errors.New("the extract is damaged; download it again")
	// ErrUnsupported means that the extract needs a feature that is not read
	// here, such as full history or a rare compression.
	ErrUnsupported = errors.New("the extract uses a feature that is not supported; convert it with \"osmium cat\"")
)
