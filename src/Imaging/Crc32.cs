namespace Pirogov.Imaging;

/// <summary>The CRC-32 of gzip (RFC 1952) and PNG (ISO/IEC 15948), polynomial 0xEDB88320.</summary>
internal static class Crc32
{
    public const uint Initial = 0xFFFF_FFFF;

    private static readonly uint[][] Tables = BuildTables();

    public static uint Finish(uint state) => ~state;

    // Slicing by 8: volumes are hundreds of megabytes, and a byte at a time would cost as much as deflating empty slices.
    public static uint Update(uint state, ReadOnlySpan<byte> bytes)
    {
        var t = Tables;
        while (bytes.Length >= 8)
        {
            var low = state ^ (uint)(bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24);
            state = t[7][low & 0xFF] ^ t[6][low >> 8 & 0xFF] ^ t[5][low >> 16 & 0xFF] ^ t[4][low >> 24]
                ^ t[3][bytes[4]] ^ t[2][bytes[5]] ^ t[1][bytes[6]] ^ t[0][bytes[7]];
            bytes = bytes[8..];
        }

        foreach (var value in bytes) state = t[0][(state ^ value) & 0xFF] ^ state >> 8;
        return state;
    }

    private static uint[][] BuildTables()
    {
        var tables = new uint[8][];
        for (var i = 0; i < 8; i++) tables[i] = new uint[256];
        for (uint value = 0; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1;
            tables[0][value] = crc;
        }

        for (var i = 1; i < 8; i++)
            for (var value = 0; value < 256; value++)
                tables[i][value] = tables[i - 1][value] >> 8 ^ tables[0][tables[i - 1][value] & 0xFF];
        return tables;
    }
}
