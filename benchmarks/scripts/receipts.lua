-- wrk: posts receipts of random members, each with a number and an idempotency key of its own.
-- Arguments: path, members, merchants, and "hot" for one merchant only.
local thread_number = 0

function setup(thread)
   thread_number = thread_number + 1
   thread:set("number", thread_number)
end

function init(arguments)
   path, members, merchants = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
   hot = arguments[4] == "hot"
   run = string.format("%x%x", os.time(), number)
   math.randomseed(os.time() * 16 + number)
   paid_at = os.date("!%Y-%m-%dT%H:%M:%S+00:00")
   posted = 0
end

function request()
   posted = posted + 1
   local merchant = hot and 1 or math.random(merchants)
   local headers = {
      ["Content-Type"] = "application/json",
      ["Authorization"] = string.format("Bearer tk_%012d_%043d", merchant, merchant),
      ["Idempotency-Key"] = string.format("%s-%d-0123456789abcdef", run, posted),
   }
   local body = string.format(
      '{"store":"str_%022d","member":"mem_%022d","receipt_no":"%s-%d","paid_fen":12680,"paid_at":"%s"}',
      merchant, math.random(members), run, posted, paid_at)
   return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
   io.write(string.format(
      '\nRESULT {"requests": %d, "micros": %d, "failed": %d, "p50": %d, "p99": %d}\n',
      summary.requests, summary.duration,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
