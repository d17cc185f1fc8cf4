package main_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// visitor is a person at a phone: one profile, whose browser may be closed and opened.
type visitor struct {
	context.Context
	t       *testing.T
	profile string
	flags   []chromedp.ExecAllocatorOption
}

func newVisitor(t *testing.T, flags ...chromedp.ExecAllocatorOption) *visitor {
	v := &visitor{t: t, profile: t.TempDir(), flags: flags}
	v.reopen()
	return v
}

// reopen closes the browser as a person would and opens it on the same profile; every
// page remembers its errors from its first line.
func (v *visitor) reopen() {
	v.t.Helper()
	if v.Context != nil {
		if err := chromedp.Cancel(v.Context); err != nil {
			v.t.Fatal(err)
		}
	}
	v.Context = browserIn(v.t, v.profile, v.flags...)
	act(v.Context, v.t, chromedp.EmulateViewport(360, 740))
	if _, err := chromedp.Call(v.Context, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: collectErrors}); err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) open(url string) {
	v.t.Helper()
	act(v.Context, v.t, chromedp.Navigate(url))
}

func (v *visitor) text(expression string) string {
	v.t.Helper()
	return act(v.Context, v.t, chromedp.Evaluate[string]("String("+expression+")"))
}

// until waits for a condition of the page at hand.
func (v *visitor) until(condition string) {
	v.t.Helper()
	until(v.Context, v.t, condition)
}

// run runs a script of the page and waits for its promise.
func (v *visitor) run(script string) {
	v.t.Helper()
	act(v.Context, v.t, chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
}

// press fills the outage form in, sends it, and returns the id that it bore.
func (v *visitor) press(service, place, note string) string {
	v.t.Helper()
	v.until(`document.querySelector('form.report')?.elements.id.value && !document.querySelector('[data-act=send]').disabled`)
	return v.text(fmt.Sprintf(`(() => {
		const form = document.querySelector('form.report'), id = form.elements.id.value;
		form.querySelector('[name=service][value=%s]').click();
		form.querySelector('[name=state]').click();
		form.elements.place.value = %q;
		form.elements.note.value = %q;
		form.querySelector('[data-act=send]').click();
		return id;
	})()`, service, place, note))
}

// waits until so many items of the queue are in a state.
func (v *visitor) queue(state string, n int) {
	v.t.Helper()
	v.until(fmt.Sprintf(`document.querySelectorAll('[data-queue][data-state=%s]').length === %d`, state, n))
}

func (v *visitor) faultless() {
	v.t.Helper()
	if faults := act(v.Context, v.t, chromedp.Evaluate[[]string](`faults`)); len(faults) > 0 {
		v.t.Errorf("errors on %s: %q", v.text(`location.href`), faults)
	}
}

// cut takes the network from the page and the worker, or gives it back.
func (v *visitor) cut(off bool) {
	v.t.Helper()
	rule := &network.Conditions{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}
	_, err := chromedp.Call(v.Context, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		EmulateOfflineServiceWorker: &off, MatchedNetworkConditions: []*network.Conditions{rule},
	})
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Call(v.Context, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}); err != nil {
		v.t.Fatal(err)
	}
}

// sync lets the worker send while no page of ours is open, as a browser does when the
// network is back, until two reports are home.
func (v *visitor) sync(base string) {
	v.t.Helper()
	registered := make(chan serviceworker.RegistrationID, 100)
	err := chromedp.Listen(v.Context, func(ev any) {
		if e, ok := ev.(*serviceworker.EventWorkerRegistrationUpdated); ok {
			for _, r := range e.Registrations {
				registered <- r.RegistrationID
			}
		}
	})
	if err != nil {
		v.t.Fatal(err)
	}
	v.open(base + "/healthz")
	if _, err := chromedp.Call(v.Context, serviceworker.Enable, cdp.Empty{}); err != nil {
		v.t.Fatal(err)
	}
	select {
	case id := <-registered:
		_, err = chromedp.Call(v.Context, serviceworker.DispatchSyncEvent, serviceworker.DispatchSyncEventParams{Origin: base, RegistrationID: id, Tag: "outbox"})
	case <-v.Done():
		err = v.Err()
	}
	if err != nil {
		v.t.Fatal(err)
	}
	v.run(`(async () => {
		const result = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
		for (;;) {
			const db = await result(indexedDB.open('teplo')), items = await result(db.transaction('outbox').objectStore('outbox').getAll());
			db.close();
			if (items.filter((i) => i.state === 'sent').length === 2) return;
			await new Promise((done) => setTimeout(done, 50));
		}
	})()`)
}

// beforeScripts runs a script in every page before its own, until it is forgotten.
func beforeScripts(ctx context.Context, t *testing.T, script string) (forget func()) {
	t.Helper()
	added, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := chromedp.Call(ctx, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(added)); err != nil {
			t.Fatal(err)
		}
	}
}
