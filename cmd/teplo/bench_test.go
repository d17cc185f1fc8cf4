package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// reports is how many synthetic reports benchmarks work on: TEPLO_BENCH_REPORTS,
// else 100,000.
func reports() int {
	if n, err := strconv.Atoi(os.Getenv("TEPLO_BENCH_REPORTS")); err == nil {
		return n
	}
	return 100_000
}

var demoStore = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "teplo-bench")
	if err != nil {
		panic(err)
	}
	return filepath.Join(dir, "demo.db")
})

// demoServer serves the synthetic country.
func demoServer(b *testing.B) *server {
	b.Helper()
	db := demoStore()
	if _, err := os.Stat(db); err != nil {
		began := time.Now()
		if out, errs, code := teplo(b, "demo", "--db", db, "--n", strconv.Itoa(reports())); code != 0 {
			b.Fatal(out, errs)
		}
		b.Logf("demo of %d reports written in %v", reports(), time.Since(began).Round(time.Millisecond))
	}
	return serve(b, db, "--policy", "drill")
}

// fetch reads one reply on a kept connection.
func fetch(b *testing.B, w io.Writer, r *bufio.Reader, path string) int {
	if _, err := fmt.Fprintf(w, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path); err != nil {
		b.Fatal(err)
	}
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		b.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil || resp.StatusCode != 200 {
		b.Fatal(resp.StatusCode, err)
	}
	return int(n)
}

// rawServer answers every request with the same ready bytes in one write: the
// ceiling.
func rawServer(b *testing.B, size int) net.Addr {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	reply := append(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size), make([]byte, size)...)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r := bufio.NewReader(c)
				for {
					if _, err := http.ReadRequest(r); err != nil {
						return
					}
					if _, err := c.Write(reply); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr()
}

// rate measures requests a second on one connection for about a second.
func rate(b *testing.B, addr string, paths []string) (perSecond float64, bytes int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReaderSize(c, 1<<16)
	n, began := 0, time.Now()
	for ; time.Since(began) < time.Second; n++ {
		bytes += fetch(b, c, r, paths[n%len(paths)])
	}
	return float64(n) / time.Since(began).Seconds(), bytes / n
}

// BenchmarkRead prints the rate of bbox reads as a share of a raw socket that
// writes as many bytes, measured in the same run.
func BenchmarkRead(b *testing.B) {
	s := demoServer(b)
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, tc := range []struct {
		name, collection string
		size             float64
	}{{"city", "hubs", 0.3}, {"outages", "outages", 0.5}, {"page", "hubs", 20}} {
		var paths []string
		for range 50 {
			lon, lat := 24+rnd.Float64()*12, 47+rnd.Float64()*4
			paths = append(paths, fmt.Sprintf("/api/collections/%s/items?limit=1000&bbox=%.3f,%.3f,%.3f,%.3f", tc.collection, lon, lat, lon+tc.size, min(90, lat+tc.size*0.65)))
		}
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				got, size := rate(b, strings.TrimPrefix(s.base, "http://"), paths)
				ceiling, _ := rate(b, rawServer(b, size).String(), paths)
				b.ReportMetric(got, "req/s")
				b.ReportMetric(got/ceiling, "of-raw-socket")
				b.ReportMetric(float64(size), "B/reply")
			}
		})
	}
}

// BenchmarkAppend prints acknowledged reports a second over HTTP from 64
// connections as a share of a raw loop that appends and syncs groups.
func BenchmarkAppend(b *testing.B) {
	s := serve(b, filepath.Join(b.TempDir(), "a.db"), "--policy", "drill")
	for b.Loop() {
		var acked atomic.Int64
		var wg sync.WaitGroup
		began := time.Now()
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
		for range 64 {
			wg.Go(func() {
				for time.Since(began) < 2*time.Second {
					body := outageAt(uuid.NewString(), 24+rand.Float64()*10, 48+rand.Float64()*3)
					resp, err := client.Post(s.base+"/api/reports", geoJSON, strings.NewReader(body))
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if resp.StatusCode == 201 {
						acked.Add(1)
					}
				}
			})
		}
		wg.Wait()
		got := float64(acked.Load()) / time.Since(began).Seconds()
		raw := rawCommits(b)
		b.ReportMetric(got, "acked/s")
		b.ReportMetric(got/raw, "of-raw-group-commit")
	}
}

// rawCommits is the ceiling: 64 writers, one goroutine that appends what waits and
// syncs.
func rawCommits(b *testing.B) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	queue := make(chan chan struct{}, 64)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	record := make([]byte, 400)
	n := 0
	began := time.Now()
	for range 64 {
		wg.Go(func() {
			done := make(chan struct{}, 1)
			for {
				select {
				case queue <- done:
					<-done
				case <-stop:
					return
				}
			}
		})
	}
	for time.Since(began) < time.Second {
		group := []chan struct{}{<-queue}
		for len(queue) > 0 {
			group = append(group, <-queue)
		}
		for range group {
			if _, err := f.Write(record); err != nil {
				b.Fatal(err)
			}
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		for _, done := range group {
			done <- struct{}{}
		}
		n += len(group)
	}
	rate := float64(n) / time.Since(began).Seconds()
	close(stop)
	go func() {
		for done := range queue {
			done <- struct{}{}
		}
	}()
	wg.Wait()
	return rate
}

// BenchmarkStart prints how long a start takes on the synthetic country, as a
// multiple of reading its file, and the memory that it then has.
func BenchmarkStart(b *testing.B) {
	demoServer(b).stop()
	for b.Loop() {
		began := time.Now()
		if _, err := os.ReadFile(demoStore()); err != nil {
			b.Fatal(err)
		}
		read := time.Since(began)
		began = time.Now()
		s := serve(b, demoStore(), "--policy", "drill")
		start := time.Since(began)
		b.ReportMetric(start.Seconds(), "s/start")
		b.ReportMetric(start.Seconds()/read.Seconds(), "of-reading-the-file")
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
		if err == nil {
			for line := range strings.Lines(string(status)) {
				if f := strings.Fields(line); f[0] == "RssAnon:" {
					kb, _ := strconv.ParseFloat(f[1], 64)
					b.ReportMetric(kb/1000, "MB-anon")
				}
			}
		}
		s.stop()
	}
}

// BenchmarkNearest times the nearest hubs by the board of a town, which ranks all.
func BenchmarkNearest(b *testing.B) {
	s := demoServer(b)
	var areas collection
	_, body := s.get("/api/collections/areas/items?limit=200&area=UA46")
	if err := json.Unmarshal([]byte(body), &areas); err != nil {
		b.Fatal(err)
	}
	var paths []string
	for _, f := range areas.Features {
		paths = append(paths, fmt.Sprintf("/place/%v?lang=uk", f.Properties["area_code"]))
	}
	for b.Loop() {
		got, size := rate(b, strings.TrimPrefix(s.base, "http://"), paths)
		ceiling, _ := rate(b, rawServer(b, size).String(), paths)
		b.ReportMetric(got, "req/s")
		b.ReportMetric(got/ceiling, "of-raw-socket")
	}
}
