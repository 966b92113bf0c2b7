-- wrk: random members with a session (sql/sessions.sql) claim a coupon, each with an idempotency key of its own.
-- Arguments: path, members, merchants, version.
local thread_number = 0

function setup(thread)
   thread_number = thread_number + 1
   thread:set("number", thread_number)
end

function init(arguments)
   path, members, version = arguments[1], tonumber(arguments[2]), arguments[4]
   run = string.format("%x%x", os.time(), number)
   math.randomseed(os.time() * 16 + number)
   body = string.format('{"version":"%s"}', version)
   posted = 0
end

function request()
   posted = posted + 1
   local headers = {
      ["Content-Type"] = "application/json",
      ["Authorization"] = string.format("Bearer sht_%043d", math.random(members)),
      ["Idempotency-Key"] = string.format("%s-%d-0123456789abcdef", run, posted),
   }
   return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
   io.write(string.format(
      '\nRESULT {"requests": %d, "micros": %d, "failed": %d, "p50": %d, "p99": %d}\n',
      summary.requests, summary.duration,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
