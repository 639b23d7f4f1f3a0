package api

import (
	linked "container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// cache keeps what took work to make, the least lately used of which go first.
// A key names everything that a value depends on, so nothing in it ever becomes
// wrong. Requests for the same value at the same moment make it once.
type cache[K comparable, V any] struct {
	flights singleflight.Group
	size    func(K, V) int

	mu    sync.Mutex
	most  int // sum of sizes
	sum   int
	byKey map[K]*linked.Element
	order *linked.List // of *cached[K, V], the latest used in front
}

type cached[K comparable, V any] struct {
	key   K
	value V
}

// tileCacheMB is how much memory made tiles may take unless it is set.
const tileCacheMB = 64

// entryBytes is about what a tile's entry takes beside its key and body.
const entryBytes = 200

// newTileCache returns a cache of tiles by key, of most bytes.
func newTileCache(most int) *cache[string, []byte] {
	return newCache(most, func(key string, body []byte) int { return len(key) + len(body) + entryBytes })
}

// reachCacheAreas is how many drive-time areas are kept. One takes some 100 kB. A
// map asks for the same one with every tile.
const reachCacheAreas = 200

// newReachCache returns a cache of most drive-time areas.
func newReachCache(most int) *cache[reachKey, *reached] {
	return newCache(most, func(reachKey, *reached) int { return 1 })
}

func newCache[K comparable, V any](most int, size func(K, V) int) *cache[K, V] {
	return &cache[K, V]{size: size, most: most, byKey: map[K]*linked.Element{}, order: linked.New()}
}

// get returns the value of the key, made by build when it is not there. build
// runs to its end, at most 30 s, even when the one who asked first goes away.
// The value must not be changed.
func (c *cache[K, V]) get(ctx context.Context, key K, build func(context.Context) (V, error)) (V, error) {
	var none V
	if c.most < 0 {
		return build(ctx) // nothing is kept or shared
	}
	if value, ok := c.find(key); ok {
		return value, nil
	}
	flight := c.flights.DoChan(fmt.Sprint(key), func() (made any, err error) {
		// A panic here would be on no request's own goroutine.
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic while making what is cached: %v", r)
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		value, err := build(ctx)
		if err != nil {
			return nil, err
		}
		c.keep(key, value)
		return value, nil
	})
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case result := <-flight:
		if result.Err != nil {
			return none, result.Err
		}
		return result.Val.(V), nil
	}
}

func (c *cache[K, V]) find(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached[K, V]).value, true
}

func (c *cache[K, V]) keep(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return
	}
	c.byKey[key] = c.order.PushFront(&cached[K, V]{key, value})
	c.sum += c.size(key, value)
	for c.sum > c.most {
		old := c.order.Remove(c.order.Back()).(*cached[K, V])
		delete(c.byKey, old.key)
		c.sum -= c.size(old.key, old.value)
	}
}
