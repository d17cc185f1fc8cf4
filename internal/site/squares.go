package site

import (
	"container/list"
	"sync"
)

// squareName names a square of the street map: a tile, or a cell with all below it.
type squareName struct {
	z    uint8
	x, y uint32
}

// squares keeps what was asked for last, up to so many bytes. It is safe for
// concurrent use.
type squares struct {
	most  int
	mu    sync.Mutex // guards what follows
	size  int
	order list.List // of keptSquare, the last used first
	known map[squareName]*list.Element
}

type keptSquare struct {
	name squareName
	*asset
}

// squareOverhead is about what a square costs besides its bytes.
const squareOverhead = 300

func (k *keptSquare) size() int {
	return len(k.plain) + len(k.gz) + len(k.brot) + squareOverhead
}

// find returns a square, nil where it is not kept.
func (s *squares) find(n squareName) *asset {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.known[n]
	if e == nil {
		return nil
	}
	s.order.MoveToFront(e)
	return e.Value.(*keptSquare).asset
}

// keep adds a square that is not there, and lets go of those unused for longest.
func (s *squares) keep(n squareName, a *asset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[squareName]*list.Element{}
	}
	k := &keptSquare{n, a}
	s.known[n] = s.order.PushFront(k)
	for s.size += k.size(); s.size > s.most && s.order.Len() > 1; {
		last := s.order.Remove(s.order.Back()).(*keptSquare)
		delete(s.known, last.name)
		s.size -= last.size()
	}
}
