-- wrk: ninety points of random members, each at the counter where the member stands (sql/visits.sql).
-- Arguments: path, members, merchants.
local thread_number = 0

function setup(thread)
   thread_number = thread_number + 1
   thread:set("number", thread_number)
end

function init(arguments)
   path, members, merchants = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
   run = string.format("%x%x", os.time(), number)
   math.randomseed(os.time() * 16 + number)
   posted = 0
end

function request()
   posted = posted + 1
   local member = math.random(members)
   local merchant = 1 + member % merchants
   local headers = {
      ["Content-Type"] = "application/json",
      ["Authorization"] = string.format("Bearer tk_%012d_%043d", merchant, merchant),
      ["Idempotency-Key"] = string.format("%s-%d-0123456789abcdef", run, posted),
   }
   local body = string.format(
      '{"store":"str_%022d","visit":"vis_%022d","points":90,"request_no":"%s-%d"}',
      merchant, member, run, posted)
   return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
   io.write(string.format(
      '\nRESULT {"requests": %d, "micros": %d, "failed": %d, "p50": %d, "p99": %d}\n',
      summary.requests, summary.duration,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
