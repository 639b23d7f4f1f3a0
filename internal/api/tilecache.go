package api

import (
	linked "container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// tileCacheBytes is how much memory made tiles may take.
const tileCacheBytes = 64 << 20

// tileCache keeps made tiles, the least lately used of which go first. A key
// names everything that a tile depends on, the version of its data too, so
// nothing in it ever becomes wrong. Requests for the same tile at the same
// moment make it once.
type tileCache struct {
	flights singleflight.Group

	mu    sync.Mutex
	most  int // bytes
	bytes int
	byKey map[string]*linked.Element
	order *linked.List // of *cachedTile, the latest used in front
}

type cachedTile struct {
	key  string
	body []byte
}

// entryBytes is about what an entry takes beside its key and body.
const entryBytes = 200

func newTileCache(most int) *tileCache {
	return &tileCache{most: most, byKey: map[string]*linked.Element{}, order: linked.New()}
}

// get returns the tile of the key, made by build when it is not there. build
// runs to its end, at most 30 s, even when the one who asked first goes away.
// The body must not be changed.
func (c *tileCache) get(ctx context.Context, key string, build func(context.Context) ([]byte, error)) ([]byte, error) {
	if body, ok := c.find(key); ok {
		return body, nil
	}
	flight := c.flights.DoChan(key, func() (made any, err error) {
		// A panic here would be on no request's own goroutine.
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic while making a tile: %v", r)
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		body, err := build(ctx)
		if err != nil {
			return nil, err
		}
		c.keep(key, body)
		return body, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.([]byte), nil
	}
}

func (c *tileCache) find(key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedTile).body, true
}

func (c *tileCache) keep(key string, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok {
		return
	}
	t := &cachedTile{key, body}
	c.byKey[key] = c.order.PushFront(t)
	c.bytes += t.size()
	for c.bytes > c.most {
		last := c.order.Back()
		old := c.order.Remove(last).(*cachedTile)
		delete(c.byKey, old.key)
		c.bytes -= old.size()
	}
}

func (t *cachedTile) size() int { return len(t.key) + len(t.body) + entryBytes }
