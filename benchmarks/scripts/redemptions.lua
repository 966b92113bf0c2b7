-- wrk: redeems the coupons of a file of tickets, each on a bill of its own; with "check" only checks them.
-- Arguments: path, members, merchants, the file, and "check". A line is a merchant and its ticket.
local thread_number = 0

function setup(thread)
   thread_number = thread_number + 1
   thread:set("number", thread_number)
end

function init(arguments)
   path, check = arguments[1], arguments[5] == "check"
   run = string.format("%x%x", os.time(), number)
   tickets, posted = io.lines(arguments[4]), 0
   if number == 2 then tickets() end
end

-- Two threads take the lines in turns; a single one skips every other. When none is left, it is refused.
function request()
   local line = tickets()
   tickets()
   local merchant, ticket = string.match(line or "1 NONE", "(%d+) (%w+)")
   posted = posted + 1
   local headers = {
      ["Content-Type"] = "application/json",
      ["Authorization"] = string.format("Bearer tk_%012d_%043d", merchant, merchant),
      ["Idempotency-Key"] = string.format("%s-%d-0123456789abcdef", run, posted),
   }
   local asked = check and "" or string.format('"request_no":"%s-%d",', run, posted)
   local body = string.format(
      '{"store":"str_%022d",%s"bill":{"no":"%s-%d","fen":12680},"codes":["%s"]}',
      merchant, asked, run, posted, ticket)
   return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
   io.write(string.format(
      '\nRESULT {"requests": %d, "micros": %d, "failed": %d, "p50": %d, "p99": %d}\n',
      summary.requests, summary.duration,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
