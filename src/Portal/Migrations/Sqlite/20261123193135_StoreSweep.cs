using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pirogov.Portal.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class StoreSweep : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "UnnamedSince",
                table: "stored_object",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Result",
                table: "job",
                type: "TEXT",
                maxLength: 1000,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "UnnamedSince",
                table: "stored_object");

            migrationBuilder.DropColumn(
                name: "Result",
                table: "job");
        }
    }
}
