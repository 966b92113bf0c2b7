-- 22 letters and digits of a random uuid (122 bits), for public ids that are born in SQL.
create or replace function kernel_public_id() returns text language plpgsql volatile as $$
declare
    v_alphabet constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    v_bytes bytea := uuid_send(gen_random_uuid());
    v_number numeric := 0;
    v_text text := '';
begin
    for i in 0..15 loop
        v_number := v_number * 256 + get_byte(v_bytes, i);
    end loop;
    for i in 1..22 loop
        v_text := v_text || substr(v_alphabet, (v_number % 62)::int + 1, 1);
        v_number := div(v_number, 62);
    end loop;
    return v_text;
end $$;
