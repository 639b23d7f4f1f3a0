package roads

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"
)

// The file is a head, a directory of sections and the sections, each at a
// multiple of 64 bytes:
//
//	"WMROADS\n", version uint32, order uint32 (0x01020304 as written),
//	sections uint32, checksum of the directory uint32 (CRC-32C),
//	then for each section: id uint32, checksum uint32, offset uint64, bytes uint64
//
// Sections are the network's arrays as they lie in memory, so that a file is
// mapped and used without being copied; processes share its pages. Numbers are
// little-endian, which is what every machine is that Go's tests run on; on
// another the order mark does not match and the file is refused.

const (
	fileMagic   = "WMROADS\n"
	fileVersion = 1
	fileOrder   = 0x01020304
	fileAlign   = 64
	headSize    = 24
	entrySize   = 24
	maxSections = 64
)

// What can be wrong with a network file. Errors wrap one of these and name the
// file. Every one of them is mended by building the network again.
var (
	ErrNoNetwork      = errors.New("there is no network file")
	ErrNotANetwork    = errors.New("this is not a network file of Waymark")
	ErrOtherVersion   = errors.New("the network file was made by another version; build it again")
	ErrNetworkDamaged = errors.New("the network file is damaged; build it again")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// section ties a number in the file to an array of the network.
type section struct {
	id   uint32
	data func() []byte
	take func([]byte) bool
}

func arraySection[T any](id uint32, list *[]T) section {
	var zero T
	size := int(unsafe.Sizeof(zero))
	return section{
		id: id,
		data: func() []byte {
			if len(*list) == 0 {
				return nil
			}
			return unsafe.Slice((*byte)(unsafe.Pointer(&(*list)[0])), len(*list)*size)
		},
		take: func(b []byte) bool {
			if len(b)%size != 0 {
				return false
			}
			if len(b) > 0 {
				*list = unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/size)
			}
			return true
		},
	}
}

func (n *Network) sections() []section {
	head := []gridHead{n.grid.head}
	return []section{
		{1, func() []byte { b, _ := json.Marshal(n.info); return b }, func(b []byte) bool { return json.Unmarshal(b, &n.info) == nil }},
		arraySection(2, &n.upFirst), arraySection(3, &n.up), arraySection(4, &n.upParts),
		arraySection(5, &n.downFirst), arraySection(6, &n.down), arraySection(7, &n.downParts),
		arraySection(8, &n.turnFirst), arraySection(9, &n.turns), arraySection(20, &n.turnNode),
		arraySection(10, &n.nodeEdge), arraySection(11, &n.edges), arraySection(12, &n.copies),
		arraySection(13, &n.points), arraySection(14, &n.ways),
		arraySection(15, &n.textFirst), arraySection(16, &n.textBytes),
		{17, arraySection(17, &head).data, func(b []byte) bool {
			ok := arraySection(17, &head).take(b) && len(head) == 1
			if ok {
				n.grid.head = head[0]
			}
			return ok
		}},
		arraySection(18, &n.grid.first), arraySection(19, &n.grid.items),
	}
}

func aligned(n int) int { return (n + fileAlign - 1) / fileAlign * fileAlign }

// WriteFile writes the network to a file that [Open] maps. The file appears
// whole or not at all: it is written beside path, synced, and renamed.
func (n *Network) WriteFile(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return fmt.Errorf("write the network: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the network: %w", errors.Join(err, f.Close(), os.Remove(f.Name())))
		}
	}()
	if err := n.write(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write the network: %w", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil // the file is there; only its name may be lost in a power cut
	}
	defer dir.Close()
	_ = dir.Sync()
	return nil
}

func (n *Network) write(w io.Writer) error {
	sections := n.sections()
	head := []byte(fileMagic)
	head = binary.LittleEndian.AppendUint32(head, fileVersion)
	head = binary.NativeEndian.AppendUint32(head, fileOrder)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(sections)))
	var directory []byte
	offset := aligned(headSize + entrySize*len(sections))
	contents := make([][]byte, len(sections))
	for i, s := range sections {
		contents[i] = s.data()
		directory = binary.LittleEndian.AppendUint32(directory, s.id)
		directory = binary.LittleEndian.AppendUint32(directory, checksum(contents[i]))
		directory = binary.LittleEndian.AppendUint64(directory, uint64(offset))
		directory = binary.LittleEndian.AppendUint64(directory, uint64(len(contents[i])))
		offset = aligned(offset + len(contents[i]))
	}
	head = binary.LittleEndian.AppendUint32(head, checksum(directory))
	out := bufio.NewWriterSize(w, 1<<20)
	written := 0
	put := func(b []byte) error {
		if _, err := out.Write(b); err != nil {
			return err
		}
		written += len(b)
		padding := aligned(written) - written
		written += padding
		_, err := out.Write(make([]byte, padding))
		return err
	}
	if err := put(append(head, directory...)); err != nil {
		return err
	}
	for _, c := range contents {
		if err := put(c); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Open maps a network file. It checks all checksums, which reads the file
// once. The error wraps ErrNoNetwork, ErrNotANetwork, ErrOtherVersion or
// ErrNetworkDamaged.
func Open(path string) (*Network, error) {
	m, err := mapFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, ErrNoNetwork)
	}
	if err != nil {
		return nil, fmt.Errorf("open the network: %w", err)
	}
	n, err := decode(m.data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, m.close()))
	}
	n.mapping = m
	return n, nil
}

// Close gives the mapped file back. Nothing may use the network afterwards.
func (n *Network) Close() error {
	m := n.mapping
	n.mapping = mapping{}
	return m.close()
}

// decode finds the sections in data and checks them. The network uses data in
// place; it must be aligned to 8 bytes.
func decode(data []byte) (*Network, error) {
	if len(data) < headSize || string(data[:8]) != fileMagic {
		return nil, ErrNotANetwork
	}
	if v := binary.LittleEndian.Uint32(data[8:]); v != fileVersion {
		return nil, fmt.Errorf("%w (its version is %d, ours %d)", ErrOtherVersion, v, fileVersion)
	}
	if binary.NativeEndian.Uint32(data[12:]) != fileOrder {
		return nil, fmt.Errorf("%w (its byte order is another)", ErrOtherVersion)
	}
	count := int(binary.LittleEndian.Uint32(data[16:]))
	if count > maxSections || len(data) < headSize+count*entrySize {
		return nil, fmt.Errorf("%w (it ends too early)", ErrNetworkDamaged)
	}
	directory := data[headSize : headSize+count*entrySize]
	if checksum(directory) != binary.LittleEndian.Uint32(data[20:]) {
		return nil, fmt.Errorf("%w (its directory)", ErrNetworkDamaged)
	}
	found := map[uint32][]byte{}
	for ; len(directory) > 0; directory = directory[entrySize:] {
		id := binary.LittleEndian.Uint32(directory)
		offset, size := binary.LittleEndian.Uint64(directory[8:]), binary.LittleEndian.Uint64(directory[16:])
		if offset%fileAlign != 0 || offset > uint64(len(data)) || size > uint64(len(data))-offset {
			return nil, fmt.Errorf("%w (it ends too early)", ErrNetworkDamaged)
		}
		content := data[offset : offset+size]
		if checksum(content) != binary.LittleEndian.Uint32(directory[4:]) {
			return nil, fmt.Errorf("%w (section %d)", ErrNetworkDamaged, id)
		}
		found[id] = content
	}
	n := &Network{}
	for _, s := range n.sections() {
		content, ok := found[s.id]
		if !ok || !s.take(content) {
			return nil, fmt.Errorf("%w (section %d)", ErrNetworkDamaged, s.id)
		}
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	n.readTexts()
	return n, nil
}
