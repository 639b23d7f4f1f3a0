//go:build ignore

// A program that uses Waymark's API: it reads all accounts page by page, adds one
// in a way that may be repeated, writes a note to it, and checks a webhook.
//
//	WAYMARK_URL=https://crm.example.com WAYMARK_KEY=wm_… go run client.go "Harbour Café"
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// call sends a request and reads the answer into out. When the server asks for
// patience, it waits and sends the same request again; with an idempotency key
// that is safe for requests that create something, too.
func call(method, path, idempotencyKey string, body, out any) error {
	raw := []byte{}
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	for attempt := 0; ; attempt++ {
		request, err := http.NewRequest(method, os.Getenv("WAYMARK_URL")+path, bytes.NewReader(raw))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+os.Getenv("WAYMARK_KEY"))
		if body != nil {
			request.Header.Set("Content-Type", "application/json")
		}
		if idempotencyKey != "" {
			request.Header.Set("Idempotency-Key", idempotencyKey)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return err
		}
		if wait, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && attempt < 3 {
			time.Sleep(time.Duration(wait) * time.Second)
			continue
		}
		if response.StatusCode >= 300 {
			return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
		}
		return json.Unmarshal(answer, out)
	}
}

type account struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// allAccounts reads a list to its end.
func allAccounts() (all []account, err error) {
	for cursor := ""; ; {
		var page struct {
			Items      []account `json:"items"`
			NextCursor *string   `json:"nextCursor"`
		}
		query := url.Values{"limit": {"2"}, "sort": {"name"}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		if err := call("GET", "/api/accounts?"+query.Encode(), "", nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.NextCursor == nil {
			return all, nil
		}
		cursor = *page.NextCursor
	}
}

// signed reports whether a webhook's body was signed with the secret, within five
// minutes of now: header is what stands in Waymark-Signature.
func signed(secret, header string, body []byte, now time.Time) bool {
	stamp, signature, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", stamp, body)
	want, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(want, mac.Sum(nil))
}

func main() {
	log.SetFlags(0)
	if len(os.Args) == 4 && os.Args[1] == "verify" { // client.go verify SECRET SIGNATURE < body
		body, err := io.ReadAll(os.Stdin)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("signed:", signed(os.Args[2], os.Args[3], body, time.Now()))
		return
	}
	name := os.Args[1]
	var made account
	// The key names the thing to be done: the same order, the same key.
	if err := call("POST", "/api/accounts", "add-"+hex.EncodeToString([]byte(name)), map[string]any{"name": name}, &made); err != nil {
		log.Fatal(err)
	}
	var note struct {
		ID int64 `json:"id"`
	}
	if err := call("POST", "/api/activities", fmt.Sprint("note-", made.ID),
		map[string]any{"accountId": made.ID, "kind": "note", "body": "Added by a **program**."}, &note); err != nil {
		log.Fatal(err)
	}
	all, err := allAccounts()
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range all {
		fmt.Println(a.ID, a.Name)
	}
}
