package osm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"github.com/paulmach/orb"
)

// Read reads the extract at path once and hands its elements to the
// collectors, in the order of the file and from the calling goroutine.
// progress, which may be nil, is called after each block with the bytes that
// were read and the size of the file.
//
// The error wraps ErrMissing, ErrNotPBF, ErrCutShort, ErrDamaged,
// ErrUnsupported, ctx.Err() or the error of a collector. A file that was cut
// exactly between two blocks can't be told from a whole one.
func Read(ctx context.Context, path string, progress func(doneBytes, totalBytes int64), collectors ...Collector) (Header, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Header{}, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	if err != nil {
		return Header{}, fmt.Errorf("open the extract: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Header{}, fmt.Errorf("open the extract: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Header{}, fmt.Errorf("%s is not a file: %w", path, ErrNotPBF)
	}
	h, err := ReadFrom(ctx, f, info.Size(), progress, collectors...)
	if err != nil {
		return Header{}, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

// ReadFrom is [Read] for a stream; size is only passed on to progress.
func ReadFrom(ctx context.Context, r io.Reader, size int64, progress func(doneBytes, totalBytes int64), collectors ...Collector) (Header, error) {
	blobs := &blobReader{r: bufio.NewReaderSize(r, 1<<20)}
	header, err := readHeader(blobs)
	if err != nil {
		return Header{}, err
	}
	header.Size = size

	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()

	d := delivery{header: &header, collectors: collectors, places: &placeStore{}, box: emptyBox()}
	for p := range decodeInOrder(ctx, &running, blobs) {
		if p.err != nil {
			return Header{}, p.err
		}
		if err := d.deliver(ctx, p.block); err != nil {
			return Header{}, err
		}
		if progress != nil {
			progress(p.end, size)
		}
	}
	if err := ctx.Err(); err != nil {
		return Header{}, err
	}
	if header.Bounds == (orb.Bound{}) {
		header.Bounds = d.box.bound()
	}
	return header, nil
}

func readHeader(blobs *blobReader) (Header, error) {
	kind, content, err := blobs.next()
	if errors.Is(err, io.EOF) || errors.Is(err, ErrDamaged) || (err == nil && kind != "OSMHeader") {
		return Header{}, ErrNotPBF
	}
	if err != nil {
		return Header{}, err
	}
	var u unpacker
	defer u.close()
	data, err := u.unpack(content)
	if err != nil {
		return Header{}, err
	}
	return decodeHeader(data)
}

// part is one block on its way from the file to the collectors.
type part struct {
	content []byte // packed
	end     int64  // offset in the file after it
	block   *block
	err     error
	ready   chan struct{}
}

// decodeInOrder reads the blobs in one goroutine, decodes them in as many as
// there are processors, and yields them in the order of the file. It stops
// after the first error and when ctx ends.
func decodeInOrder(ctx context.Context, running *sync.WaitGroup, blobs *blobReader) func(yield func(*part) bool) {
	workers := runtime.GOMAXPROCS(0)
	work := make(chan *part, workers)
	queue := make(chan *part, 4*workers)
	running.Add(1)
	go func() {
		defer running.Done()
		defer close(queue)
		defer close(work)
		for {
			p := &part{ready: make(chan struct{})}
			kind, content, err := blobs.next()
			if errors.Is(err, io.EOF) {
				return
			}
			p.content, p.end = content, blobs.offset
			if err != nil {
				p.err = fmt.Errorf("after byte %d: %w", blobs.offset, err)
			} else if kind != "OSMData" {
				continue // the format asks readers to pass over unknown kinds
			}
			select {
			case queue <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				close(p.ready)
				return
			}
			select {
			case work <- p:
			case <-ctx.Done():
				return
			}
		}
	}()
	running.Add(workers)
	for range workers {
		go func() {
			defer running.Done()
			var u unpacker
			defer u.close()
			for p := range work {
				p.decode(&u)
				close(p.ready)
			}
		}()
	}
	return func(yield func(*part) bool) {
		for p := range queue {
			select {
			case <-p.ready:
			case <-ctx.Done():
				return
			}
			if !yield(p) || p.err != nil {
				return
			}
		}
	}
}

func (p *part) decode(u *unpacker) {
	data, err := u.unpack(p.content)
	if err == nil {
		p.block, err = decodeBlock(data)
	}
	if err != nil {
		p.err = fmt.Errorf("before byte %d: %w", p.end, err)
	}
	p.content = nil
}

// delivery hands blocks to the collectors.
type delivery struct {
	header     *Header
	collectors []Collector
	places     *placeStore
	box        box

	node     Node
	way      Way
	relation Relation
}

func (d *delivery) deliver(ctx context.Context, b *block) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	refs, members := 0, 0
	for i := range b.nodes {
		n := &b.nodes[i]
		d.places.add(n.id, n.at)
		d.box.add(n.at)
		d.node = Node{ID: n.id, Point: n.at.point(), Tags: b.tags[n.tagStart:n.tagEnd:n.tagEnd]}
		for _, c := range d.collectors {
			if err := c.Node(&d.node); err != nil {
				return fmt.Errorf("node %d: %w", n.id, err)
			}
		}
	}
	for i := range b.ways {
		w := &b.ways[i]
		d.way = Way{ID: w.id, Tags: b.tags[w.tagStart:w.tagEnd:w.tagEnd], Refs: b.refs[refs:w.refEnd:w.refEnd], places: d.places}
		refs = w.refEnd
		for _, c := range d.collectors {
			if err := c.Way(&d.way); err != nil {
				return fmt.Errorf("way %d: %w", w.id, err)
			}
		}
	}
	for i := range b.relations {
		r := &b.relations[i]
		d.relation = Relation{ID: r.id, Tags: b.tags[r.tagStart:r.tagEnd:r.tagEnd], Members: b.members[members:r.memberEnd:r.memberEnd]}
		members = r.memberEnd
		for _, c := range d.collectors {
			if err := c.Relation(&d.relation); err != nil {
				return fmt.Errorf("relation %d: %w", r.id, err)
			}
		}
	}
	d.header.Nodes += int64(len(b.nodes))
	d.header.Ways += int64(len(b.ways))
	d.header.Relations += int64(len(b.relations))
	return nil
}
