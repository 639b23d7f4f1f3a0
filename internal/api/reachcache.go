package api

import (
	linked "container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// reachCacheAreas is how many drive-time areas are kept. One takes some 100 kB.
const reachCacheAreas = 200

// reachCache keeps areas, the least lately used of which go first. A map asks
// for the same one with every tile. Requests for the same area at the same
// moment work it out once.
type reachCache struct {
	flights singleflight.Group

	mu    sync.Mutex
	most  int
	byKey map[reachKey]*linked.Element
	order *linked.List // of *cachedReach, the latest used in front
}

type cachedReach struct {
	key  reachKey
	area *reached
}

func newReachCache(most int) *reachCache {
	return &reachCache{most: most, byKey: map[reachKey]*linked.Element{}, order: linked.New()}
}

// get returns the area of the key, worked out by build when it is not there, as
// [tileCache.get] does. Nobody may change it.
func (c *reachCache) get(ctx context.Context, key reachKey, build func(context.Context) (*reached, error)) (*reached, error) {
	if area := c.find(key); area != nil {
		return area, nil
	}
	flight := c.flights.DoChan(fmt.Sprint(key), func() (made any, err error) {
		// A panic here would be on no request's own goroutine.
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic while working out an area: %v", r)
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		area, err := build(ctx)
		if err != nil {
			return nil, err
		}
		c.keep(key, area)
		return area, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*reached), nil
	}
}

func (c *reachCache) find(key reachKey) *reached {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedReach).area
}

func (c *reachCache) keep(key reachKey, area *reached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return
	}
	c.byKey[key] = c.order.PushFront(&cachedReach{key, area})
	for c.order.Len() > c.most {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.byKey, last.Value.(*cachedReach).key)
	}
}
